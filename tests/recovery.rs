//! Recovery as one exhaustive table (rules P1, P2, N5 to N7, L5 and L6): what a killed engine may have left, what has happened to the world
//! and to the graph since, and what the next engine makes of each of the 144 combinations.
//!
//! The graph is `file[/a] ~> noop[t]`, and `file[/w]`, with which nothing is wrong. In the ledger the edge was sent along and heard before;
//! *pending* is a second generation that was not heard, *debt* an act of `file[/a]` that nobody knows the end of. *Unknown* is a world that
//! cannot be looked at. A *new* edge is `file[/a] ~> noop[u]` in place of the one to `noop[t]`. With a vertex its edges are gone, whatever the
//! row says of them.
//!
//! Each row is played twice: as it is, and then with something to do, since what is gone is dropped when something is done. The table is
//! a snapshot, to be read; that it says what the model says is computed from the model's words here ([`Row::expected`]).

#[path = "support/memory.rs"]
mod memory;

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use memory::Memory;
use weft::command::session::{Session, SessionOptions, WorldName};
use weft::engine::event::{Event, What};
use weft::engine::{Line, Record, Seq, Status};
use weft::file;
use weft::graph::Key;
use weft::journal::{Entry, FrameStore, Mark, SimFile, Store};
use weft::kind::Kinds;
use weft::world::sim::{FaultKind, FaultRule};

type Outcome = Result<(), Box<dyn Error>>;

/// What the world is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum World {
    Right,
    Drifted,
    Unknown,
}

/// What has become of the vertex.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Vertex {
    Same,
    Params,
    Noop,
    Gone,
}

/// What has become of its edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Edge {
    Same,
    Gone,
    New,
}

/// What was left, and what has happened since.
#[derive(Clone, Copy, Debug)]
struct Row {
    debt: bool,
    pending: bool,
    world: World,
    vertex: Vertex,
    edge: Edge,
}

/// What comes of it.
#[derive(PartialEq, Eq, Debug, Default)]
struct Came {
    /// What `pending` lists before anything is done.
    before: String,
    /// What plan says of the three vertices, with its marks: `+` changes, `~` refreshes, `=` held, `!` fails, `x` blocked.
    plan: String,
    /// What plan lists as dropped.
    drops: String,
    /// What becomes of the vertex, of `noop[t]` and `noop[u]`.
    ends: [&'static str; 3],
    /// What the run drops.
    dropped: String,
    /// The exit code.
    code: i32,
    /// What `pending` lists afterwards.
    after: String,
    /// What a next run drops in which something else is done.
    later: String,
    /// What `pending` lists after that.
    last: String,
}

const DEBT: &str = "debt";
const LINE: &str = "a~>t";

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for debt in [false, true] {
        for pending in [false, true] {
            for world in [World::Right, World::Drifted, World::Unknown] {
                for vertex in [Vertex::Same, Vertex::Params, Vertex::Noop, Vertex::Gone] {
                    for edge in [Edge::Same, Edge::Gone, Edge::New] {
                        rows.push(Row {
                            debt,
                            pending,
                            world,
                            vertex,
                            edge,
                        });
                    }
                }
            }
        }
    }
    rows
}

impl Row {
    /// What the model says.
    fn expected(&self) -> Came {
        let stands = self.vertex != Vertex::Gone;
        let noop = self.vertex == Vertex::Noop;
        let (to_t, to_u) = (
            stands && self.edge == Edge::Same,
            stands && self.edge == Edge::New,
        );
        // P2: a debt counts as changed when the vertex is next right. L5: a noop keeps it.
        let a = match self.world {
            _ if !stands => "-",
            World::Unknown => "failed",
            World::Drifted if noop => "held",
            World::Drifted => "applied",
            World::Right if self.debt && !noop => "counts",
            World::Right => "ok",
        };
        let paid = ["applied", "counts"].contains(&a);
        // N5: what is pending stays so until it is heard. N6: not past a failure, but past what only its own noop holds (O1).
        let react = |drawn: bool, pending: bool| match a {
            "failed" if drawn => "blocked",
            _ if drawn && (paid || pending) => "refreshed",
            _ => "ok",
        };
        let (t, u) = (react(to_t, self.pending), react(to_u, false));
        // N7: what is gone is dropped when the first effect starts.
        let gone = listed(self.debt && !stands, self.pending && !to_t);
        let done = a == "applied" || t == "refreshed" || u == "refreshed";
        let debt = self.debt && stands && !paid;
        let pending = self.pending && to_t && t != "refreshed";
        let left = |gone: bool| {
            let debt = debt || (gone && self.debt && !stands);
            listed(debt, pending || (gone && self.pending && !to_t))
        };
        let none = || "-".to_owned();
        Came {
            before: listed(self.debt, self.pending),
            // L1: a plan is the same steps.
            plan: planned([a, t, u]),
            drops: gone.clone(),
            ends: [a, t, u],
            dropped: if done { gone.clone() } else { none() },
            // L6: a noop's own and what is gone are no 1.
            code: i32::from(a == "failed"),
            after: left(!done),
            later: if done { none() } else { gone },
            last: left(false),
        }
    }

    /// The story: the graph as it is now, on a machine as it is now.
    fn story(&self) -> String {
        let wanted = if self.vertex == Vertex::Params {
            "new"
        } else {
            "old"
        };
        let holds = if self.world == World::Drifted {
            "drifted"
        } else {
            wanted
        };
        let meta = if self.vertex == Vertex::Noop {
            ", meta: {noop: true}"
        } else {
            ""
        };
        let (a, edge) = match (self.vertex, self.edge) {
            (Vertex::Gone, _) => (String::new(), ""),
            (_, edge) => {
                let a = format!("  - {{name: /a, content: {wanted}{meta}}}\n");
                let edge = match edge {
                    Edge::Same => "edges: ['file[/a] ~> noop[t]']\n",
                    Edge::Gone => "",
                    Edge::New => "edges: ['file[/a] ~> noop[u]']\n",
                };
                (a, edge)
            }
        };
        format!(
            "weft: 1\ngraph: table\nworld:\n  files: {{/a: {holds}, /w: w}}\nresources:\n  file:\n  \
             - {{name: /w, content: w}}\n{a}  noop: [{{name: t}}, {{name: u}}]\n{edge}"
        )
    }

    /// What was left.
    fn records(&self) -> Vec<Record> {
        let (a, t) = (Key::new("file", "/a"), Key::new("noop", "t"));
        let paid = |vertex: &Key, run, sent, heard| Record::Paid {
            vertex: vertex.clone(),
            run,
            sent,
            heard,
            kept: None,
        };
        let line = |generation| vec![(Line::between(&a, &t), generation)];
        let mut records = vec![paid(&a, 1, line(1), vec![]), paid(&t, 1, vec![], line(1))];
        if self.pending {
            records.push(paid(&a, 2, line(2), vec![]));
        }
        if self.debt {
            records.push(Record::Debt {
                vertex: a.clone(),
                run: 3,
            });
        }
        records
    }

    /// Plays it.
    fn play(&self) -> Result<Came, Box<dyn Error>> {
        let mut desk = Desk::open(&self.story())?;
        desk.leave(self.records())?;
        if self.world == World::Unknown {
            let rule = FaultRule {
                times: 0,
                ..FaultRule::next("*", "/a", FaultKind::Io)
            };
            desk.session.machine().ok_or("no machine")?.arm(rule);
        }
        let before = desk.pending();
        let (plan, drops) = desk.plan()?;
        let events = desk.apply()?;
        let code = desk.session.ended().code(false);
        let after = desk.pending();
        let ends = ["file[/a]", "noop[t]", "noop[u]"].map(|name| desk.end(name, &events));
        desk.eval("sim rm /w")?;
        let later = dropped(&desk.apply()?);
        Ok(Came {
            before,
            plan,
            drops,
            ends,
            dropped: dropped(&events),
            code,
            after,
            later,
            last: desk.pending(),
        })
    }
}

/// A debt and a line, as the table names them.
fn listed(debt: bool, line: bool) -> String {
    match (debt, line) {
        (false, false) => "-".to_owned(),
        (true, false) => DEBT.to_owned(),
        (false, true) => LINE.to_owned(),
        (true, true) => format!("{DEBT} {LINE}"),
    }
}

/// Marks as a plan shows them, from what then becomes of each vertex.
fn planned(ends: [&str; 3]) -> String {
    let marks = ends.iter().zip(['a', 't', 'u']).filter_map(|(end, short)| {
        let mark = match *end {
            "applied" | "counts" => '~',
            "refreshed" => '@',
            "held" => '=',
            "failed" => '!',
            "blocked" => 'x',
            _ => return None,
        };
        Some(format!("{mark}{short}"))
    });
    joined(marks.collect())
}

fn joined(marks: Vec<String>) -> String {
    if marks.is_empty() {
        return "-".to_owned();
    }
    marks.join(" ")
}

/// The same, from texts of the engine.
fn named<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let (mut debt, mut line) = (false, false);
    for text in texts {
        match text {
            "debt of file[/a]" => debt = true,
            "file[/a] ~> noop[t]" => line = true,
            other => return format!("? {other}"),
        }
    }
    listed(debt, line)
}

fn dropped(events: &[Event]) -> String {
    named(events.iter().filter_map(|event| match &event.what {
        What::Dropped { what } => Some(what.as_str()),
        _ => None,
    }))
}

/// A session on a simulated machine, with what it shows.
struct Desk {
    session: Session,
    front: Memory,
}

impl Desk {
    fn open(story: &str) -> Result<Desk, Box<dyn Error>> {
        let read = &mut |_: &Path| Err("there are no files".to_owned());
        let document = file::parse(Path::new("table.yaml"), story, &Kinds, read);
        let options = SessionOptions {
            jobs: 1,
            seed: Some(1),
            noop: false,
            yes: true,
            world: Some(WorldName::Sim),
            state_root: "/nowhere".into(),
            root: None,
            adopt: false,
            supervisor: None,
        };
        let document = document.map_err(|error| format!("{error:?}\n{story}"))?;
        let session = Session::open(Some(document), options)?;
        let front = Memory::default();
        Ok(Desk { session, front })
    }

    /// An engine before this one left these records.
    fn leave(&mut self, records: Vec<Record>) -> Outcome {
        let sim = self.session.machine().ok_or("no machine")?.clone();
        let mut store = FrameStore::new(SimFile::new(sim, "/var/lib/weft/table".into()));
        let entries: Vec<Entry> = (1..)
            .zip(records)
            .map(|(seq, record)| Entry {
                seq: Seq(seq),
                record,
                mark: Mark::default(),
            })
            .collect();
        store.commit(&entries)?;
        self.eval("sim restart")
    }

    fn eval(&mut self, line: &str) -> Outcome {
        self.session.eval(line, &mut self.front)?;
        Ok(())
    }

    /// What a plan says: its marks, and what it drops.
    fn plan(&mut self) -> Result<(String, String), Box<dyn Error>> {
        self.front.shown.clear();
        self.eval("plan")?;
        let prefix = "  - drops 1 pending: ";
        let drops = self
            .front
            .shown
            .lines()
            .filter_map(|line| line.strip_prefix(prefix));
        let drops = named(drops);
        let mut marks = Vec::new();
        for line in self.front.shown.lines() {
            for (name, short) in [("file[/a]", 'a'), ("noop[t]", 't'), ("noop[u]", 'u')] {
                let words: Vec<&str> = line.split_whitespace().take(2).collect();
                if let [mark, vertex] = words[..]
                    && vertex == name
                {
                    marks.push(format!("{mark}{short}"));
                }
            }
        }
        Ok((joined(marks), drops))
    }

    /// A run, and what happened in it.
    fn apply(&mut self) -> Result<Vec<Event>, Box<dyn Error>> {
        let from = self.session.events().len();
        self.eval("apply")?;
        Ok(self.session.events()[from..].to_vec())
    }

    fn pending(&self) -> String {
        let rows = self.session.pending_rows(&[]);
        let texts: Vec<String> = rows
            .iter()
            .map(|row| match (&row.from, row.debt) {
                (_, true) => format!("debt of {}", row.to),
                (Some(from), false) => format!("{from} ~> {}", row.to),
                (None, false) => format!("notify {}", row.to),
            })
            .collect();
        named(texts.iter().map(String::as_str))
    }

    /// What became of a vertex.
    fn end(&self, name: &str, events: &[Event]) -> &'static str {
        let its = events.iter().filter(|event| {
            let subject = event.subject.as_ref();
            subject.is_some_and(|key| key.to_string() == name)
        });
        let mut end = None;
        for event in its {
            end = match &event.what {
                What::Changed { .. } => Some("applied"),
                What::Refreshed { .. } => Some("refreshed"),
                What::CountsAsChanged { .. } if end.is_none() => Some("counts"),
                _ => end,
            };
        }
        let rows = self.session.statuses(&[]);
        let row = rows.iter().find(|row| row.key.to_string() == name);
        match (row.map(|row| row.status), end) {
            (None, _) => "-",
            (Some(Status::Failed), _) => "failed",
            (Some(Status::Blocked), _) => "blocked",
            (Some(Status::Held), _) => "held",
            (_, Some(end)) => end,
            (Some(Status::Ok), None) => "ok",
            _ => "?",
        }
    }
}

/// Rules P2, N5, N6, N7, L5 and L6, row by row.
#[test]
fn p2_every_way_to_come_back() -> Outcome {
    let head = [
        "debt",
        "pending",
        "world",
        "vertex",
        "edge",
        "| before",
        "| plan",
        "drops",
        "| file[/a]",
        "noop[t]",
        "noop[u]",
        "dropped",
        "exit",
        "| after",
        "| later",
        "after that",
    ];
    let mut table = line(&head.map(str::to_owned));
    let mut wrong = Vec::new();
    for row in rows() {
        let came = row.play().map_err(|why| format!("{row:?}: {why}"))?;
        let expected = row.expected();
        if came != expected {
            wrong.push(format!(
                "{row:?}\n  came     {came:?}\n  expected {expected:?}"
            ));
        }
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let word = |what: &dyn std::fmt::Debug| format!("{what:?}").to_lowercase();
        table.push_str(&line(&[
            yes(row.debt),
            yes(row.pending),
            word(&row.world),
            word(&row.vertex),
            word(&row.edge),
            format!("| {}", came.before),
            format!("| {}", came.plan),
            came.drops,
            format!("| {}", came.ends[0]),
            came.ends[1].to_owned(),
            came.ends[2].to_owned(),
            came.dropped,
            came.code.to_string(),
            format!("| {}", came.after),
            format!("| {}", came.later),
            came.last,
        ]));
    }
    assert_eq!(rows().len(), 144);
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    insta::with_settings!({
        snapshot_path => "../snapshots/journal",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("recovery", table);
    });
    Ok(())
}

/// One aligned line.
fn line(cells: &[String; 16]) -> String {
    const WIDTHS: [usize; 16] = [5, 8, 8, 7, 5, 12, 8, 10, 10, 10, 10, 10, 5, 12, 12, 0];
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(WIDTHS) {
        let _ = write!(line, "{cell:<width$} ");
    }
    format!("{}\n", line.trim_end())
}
