//! The promise on the real machine (rules P1, P2, P3, P7, N5 and E2): weft, killed at random moments and started again, loses no
//! notification, delivers none early, and leaves nothing torn and nothing behind.
//!
//!     WEFT_KILL_ROUNDS=1000 cargo test --release --test kill -- --nocapture
//!
//! A round changes something that a graph of real files and commands is to mend, ends weft at one to three drawn moments, and starts it again;
//! mostly it may then finish, and all that happened is judged. Commands write down what they found and when they began. How many rounds
//! there are is `WEFT_KILL_ROUNDS`, and what they are drawn from `WEFT_KILL_SEED`, which is printed. Moments are drawn within the length of
//! runs that nobody disturbed; how many blows fell into a run is printed too.
//!
//! A duplicate is no failure: a kill between a reaction and its record costs a second one.

#[path = "kill/draw.rs"]
mod draw;
#[path = "kill/log.rs"]
mod log;
#[path = "kill/run.rs"]
mod run;
#[path = "kill/site.rs"]
mod site;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use draw::Draw;
use log::Verdict;
use run::{Blow, disturbed, undisturbed};
use site::Site;

type Outcome = Result<(), Box<dyn Error>>;

/// How many rounds there are, unless the environment says.
const ROUNDS: u64 = 20;

/// Rounds within which a broken engine must be found out.
const ENOUGH: u64 = 200;

#[test]
fn p2_p3_a_killed_engine_loses_nothing() -> Outcome {
    let mut lab = Lab::new("one", 1)?;
    for round in 0..number("WEFT_KILL_ROUNDS").unwrap_or(ROUNDS) {
        lab.round(round, |_| Ok(()))?;
    }
    lab.finish()
}

/// Rules P2, P3 and P5, of two graphs that keep their state below the same root, killed and run in turns.
#[test]
fn p2_p3_p5_two_graphs_lose_nothing_and_have_passwords_of_their_own() -> Outcome {
    let mut lab = Lab::new("two", 2)?;
    for round in 0..number("WEFT_KILL_ROUNDS").unwrap_or(ROUNDS).div_ceil(2) {
        lab.round(round, |_| Ok(()))?;
    }
    // The last round may have begun a site, and left it in the middle.
    for n in 0..lab.sites.len() {
        lab.converge(n)?;
    }
    let passwords: Vec<_> = lab.sites.iter().map(|site| site.password()).collect();
    assert!(passwords.iter().all(Option::is_some));
    assert_ne!(passwords[0], passwords[1]);
    lab.finish()
}

/// What counts losses must be able to: here the journal is lost with each kill.
#[test]
fn a_journal_that_is_deleted_between_kill_and_restart_is_found_out() -> Outcome {
    let mut lab = Lab::new("broken", 1)?;
    let forget = |site: &Site| match site.home().map(|home| home.join("journal.redb")) {
        Some(journal) if journal.exists() => std::fs::remove_file(journal),
        _ => Ok(()),
    };
    for round in 0..ENOUGH {
        lab.round(round, forget)?;
        if !lab.verdict.lost.is_empty() {
            println!("lost in round {round}: {:?}", lab.verdict.lost);
            return Ok(());
        }
    }
    Err("a journal was deleted many times, and nothing was lost".into())
}

/// Sites, and what came of them.
struct Lab {
    name: &'static str,
    top: PathBuf,
    seed: u64,
    draw: Draw,
    sites: Vec<Site>,
    /// How long the last runs took that nobody disturbed.
    lengths: Vec<Duration>,
    verdict: Verdict,
    blows: usize,
    hits: usize,
    /// How often an output was not known after a kill.
    unknown: usize,
}

/// What weft says where a command ran, its guard holds, and its output was not kept before the kill.
const UNKNOWN: &str = "its stdout is not known";

impl Lab {
    /// Sites that have converged once.
    fn new(name: &'static str, sites: usize) -> Result<Lab, Box<dyn Error>> {
        let seed = number("WEFT_KILL_SEED").unwrap_or_else(by_the_clock);
        println!("{name}: WEFT_KILL_SEED={seed}");
        let top = std::env::temp_dir().join(format!("weft-kill-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&top);
        std::fs::create_dir_all(&top)?;
        let top = top.canonicalize()?;
        let make = |n: usize| Site::new(&top.join(format!("site-{n}")), &top.join("state"));
        let sites = (0..sites).map(make).collect::<Result<_, _>>()?;
        let mut lab = Lab {
            name,
            top,
            seed,
            draw: Draw::new(seed),
            sites,
            lengths: Vec::new(),
            verdict: Verdict::default(),
            blows: 0,
            hits: 0,
            unknown: 0,
        };
        for n in 0..lab.sites.len() {
            lab.converge(n)?;
        }
        Ok(lab)
    }

    /// Changes something at each site, ends weft there at drawn moments, and mostly lets it finish. `after` each blow something
    /// may be done to the site.
    fn round(&mut self, round: u64, after: impl Fn(&Site) -> std::io::Result<()>) -> Outcome {
        let played = self.play(round, after);
        played.map_err(|why| self.told(round, &*why))
    }

    fn play(&mut self, round: u64, after: impl Fn(&Site) -> std::io::Result<()>) -> Outcome {
        for n in 0..self.sites.len() {
            self.sites[n].is_left_alone()?;
            match self.draw.chance(10) {
                true => self.begin_anew(n, round)?,
                false => self.sites[n].bump(&mut self.draw)?,
            }
            let blows = 1 + u64::from(self.draw.chance(40)) + u64::from(self.draw.chance(20));
            for _ in 0..blows {
                self.blow(n)?;
                after(&self.sites[n])?;
            }
        }
        // The other way round: what was ended last goes on first.
        for n in (0..self.sites.len()).rev() {
            if self.draw.chance(75) {
                self.converge(n)?;
            }
        }
        Ok(())
    }

    /// Lets a site finish, and begins another one in its place, for which no engine has ever run.
    fn begin_anew(&mut self, n: usize, round: u64) -> Outcome {
        self.converge(n)?;
        let dir = self.top.join(format!("site-{n}-{round}"));
        self.sites[n] = Site::new(&dir, &self.top.join("state"))?;
        Ok(())
    }

    /// A run that is ended at a drawn moment. What is there then must be whole.
    fn blow(&mut self, n: usize) -> Outcome {
        let blow = match self.draw.below(10) {
            1 if run::hears_interrupts() => Blow::Int(1 + u32::from(self.draw.chance(30)) * 2),
            0 | 1 => Blow::Term(1 + u32::from(self.draw.chance(30))),
            2 | 3 => Blow::KillGroup,
            _ => Blow::Kill,
        };
        let length = self.length();
        let mut moments = vec![self.draw.within(length)];
        // A watch is disturbed by somebody who changes something, too.
        let verb = if self.draw.chance(25) {
            "watch"
        } else {
            "apply"
        };
        if verb == "watch" {
            let more = 1 + self.draw.below(3);
            moments.extend((0..more).map(|_| self.draw.within(length)));
        }
        let (site, draw) = (&mut self.sites[n], &mut self.draw);
        let ran = disturbed(site, verb, blow, &moments, |site| site.disturb(draw))?;
        let is_well = ran.hit || ran.status.code() == Some(0);
        if !is_well && !ran.said.contains(UNKNOWN) {
            return Err(format!("weft ended with {}:\n{}", ran.status, ran.said).into());
        }
        self.blows += 1;
        self.hits += usize::from(ran.hit);
        // Often the next engine comes while commands of this one are still being ended.
        if self.draw.chance(50) {
            self.sites[n].is_left_alone()?;
            self.verdict.add(self.sites[n].look()?);
            if self.draw.chance(20) {
                self.ask(n)?;
            }
        }
        Ok(())
    }

    /// Rules P4 and P5: who only asks after a crash gets an answer, and writes nothing.
    fn ask(&self, n: usize) -> Outcome {
        let site = &self.sites[n];
        let kept = || {
            site.home()
                .map(|home| std::fs::read(home.join("journal.redb")).ok())
        };
        let before = kept();
        for verb in ["pending", "plan", "status"] {
            let ran = undisturbed(site, &[verb])?;
            if !ran.said.contains(UNKNOWN) {
                ran.well()?;
            }
        }
        assert!(kept() == before, "a question has changed the journal");
        Ok(())
    }

    /// How long a run takes: the middle one of the last that nobody disturbed.
    fn length(&self) -> Duration {
        let mut last: Vec<Duration> = self.lengths.iter().rev().take(9).copied().collect();
        last.sort();
        last.get(last.len() / 2).copied().unwrap_or_default()
    }

    /// A run that nobody disturbs, after which all must be well; sometimes another one, which has nothing to do.
    fn converge(&mut self, n: usize) -> Outcome {
        let site = &mut self.sites[n];
        let mut ran = undisturbed(site, &["apply"])?;
        if ran.status.code() == Some(1) && ran.said.contains(UNKNOWN) {
            // Rule V6: it ran, and nobody knows any more what it printed. A person lets its guard ask for another run.
            self.unknown += 1;
            std::fs::remove_file(site.at("stamp"))?;
            ran = undisturbed(site, &["apply"])?;
        }
        self.lengths.push(ran.well()?.took);
        if self.draw.chance(10) {
            undisturbed(site, &["apply"])?.well()?;
        }
        self.verdict.add(site.settle()?);
        Ok(())
    }

    /// What failed, with what it takes to try it again.
    fn told(&self, round: u64, why: &dyn Error) -> Box<dyn Error> {
        let Lab { name, seed, .. } = self;
        format!("{name}, WEFT_KILL_SEED={seed}, round {round}: {why}").into()
    }

    /// Lets all sites finish, and says what came of it.
    fn finish(mut self) -> Outcome {
        for n in 0..self.sites.len() {
            self.converge(n)?;
        }
        let verdict = &self.verdict;
        println!(
            "{}: {} of {} blows fell into a run; {} reactions: {} lost, {} early, {} torn, {} left over, {} repeated after a kill, {} duplicates, {} outputs not known",
            self.name,
            self.hits,
            self.blows,
            verdict.reactions,
            verdict.lost.len(),
            verdict.early.len(),
            verdict.torn.len(),
            verdict.left.len(),
            verdict.again,
            verdict.duplicates,
            self.unknown,
        );
        assert!(self.hits > 0, "no blow fell into a run");
        assert!(
            verdict.is_good(),
            "WEFT_KILL_SEED={}: {verdict:#?}",
            self.seed
        );
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for site in &self.sites {
            let _ = site.is_left_alone();
        }
        let _ = std::fs::remove_dir_all(&self.top);
    }
}

/// A number in the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn by_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |now| u64::from(now.subsec_nanos()))
}
