//! One contract over every store, and what each does on a bad day.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::*;
use crate::engine::{Kept, Line, Record, Seq};
use crate::graph::Key;
use crate::time::Wall;
use crate::value::Value;

/// Compares with a snapshot beside those of stories.
pub(super) fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots/journal",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// A directory of a test's own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("weft-journal-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("the temporary directory takes directories");
        Scratch(path)
    }

    fn home(&self) -> Home {
        Home::new(self.0.join("root/graph"))
    }

    fn store(&self) -> OwnStore {
        OwnStore::new(self.home(), about("g"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn about(graph: &str) -> About {
    About {
        graph: graph.into(),
        file: "/srv/g.yaml".into(),
    }
}

/// A frame file in memory, shared with the test.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl FrameFile for Shared {
    fn read(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreFault> {
        *self.0.lock().unwrap() = bytes;
        Ok(())
    }

    fn place(&self) -> String {
        "memory".into()
    }
}

fn key(n: u8) -> Key {
    Key::new(
        ["file", "svc", "exec"][usize::from(n % 3)],
        format!("/n/{}", n % 5),
    )
}

fn line(a: u8, b: u8) -> Line {
    if a.is_multiple_of(7) {
        Line::asked(&key(b))
    } else {
        Line::between(&key(a), &key(b))
    }
}

/// Any record, of few names, so that they meet.
fn record() -> impl Strategy<Value = Record> {
    (0..8u8, any::<u8>(), any::<u8>(), 1..9u32, 1..50u64).prop_map(
        |(what, a, b, run, generation)| {
            let (vertex, sent) = (key(a), vec![(line(a, b), generation)]);
            let kept = (a % 2 == 0).then(|| Kept {
                hash: [a; 32],
                values: BTreeMap::from([("stdout".into(), Value::str("x").secret_if(b % 2 == 0))]),
            });
            match what {
                0 => Record::Debt { vertex, run },
                1 => Record::Paid {
                    vertex,
                    run,
                    sent,
                    heard: vec![(line(b, a), generation / 2)],
                    kept,
                },
                2 => Record::NotBegun { vertex, kept },
                3 => Record::Asked {
                    vertex,
                    run,
                    generation,
                },
                4 => Record::Ticked { vertex, run, sent },
                5 => Record::Cancelled { vertex },
                6 => Record::Gone {
                    vertices: vec![vertex],
                    lines: vec![line(a, b)],
                },
                _ => Record::Renamed {
                    from: vertex,
                    to: key(b),
                },
            }
        },
    )
}

fn entries(records: Vec<Record>) -> Vec<Entry> {
    let entry = |(n, record)| Entry {
        seq: Seq(n),
        record,
        mark: Mark {
            run: n as u32,
            at: Wall(1_000 + n),
            cause: format!("command {n}").into(),
        },
    };
    (1..).zip(records).map(entry).collect()
}

fn fold(entries: &[Entry]) -> Ledger {
    let mut ledger = Ledger::default();
    entries.iter().for_each(|entry| ledger.fold(entry));
    ledger
}

/// What every store promises: after a commit `load` gives the fold of all, and so does whoever opens it anew.
fn keeps_contract(entries: &[Entry], batch: usize, open: &mut dyn FnMut() -> Box<dyn Store>) {
    let mut done = 0;
    for batch in entries.chunks(batch) {
        let mut store = open();
        let begun = store.begin(&mut |_| true).expect("nobody else has it");
        assert_eq!(begun, fold(&entries[..done]));
        store.commit(batch).expect("there is room");
        done += batch.len();
        assert_eq!(store.load().expect("readable"), fold(&entries[..done]));
    }
    assert_eq!(open().load().expect("readable"), fold(entries));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_store_keeps_the_contract(records in prop::collection::vec(record(), 0..40), batch in 1..7usize) {
        let entries = entries(records);
        let frames = Shared::default();
        keeps_contract(&entries, batch, &mut || Box::new(FrameStore::new(frames.clone())));
        let scratch = Scratch::new("contract");
        keeps_contract(&entries, batch, &mut || Box::new(scratch.store()));
        let mut memory = MemoryStore::default();
        for batch in entries.chunks(batch) {
            memory.commit(batch).expect("there is room");
        }
        prop_assert_eq!(memory.load().expect("readable"), fold(&entries));
    }

    #[test]
    fn a_torn_frame_has_not_happened(records in prop::collection::vec(record(), 2..12), permille in 0..=1_000usize) {
        let entries = entries(records);
        let (first, rest) = entries.split_at(entries.len() / 2);
        let mut store = FrameStore::new(Shared::default());
        store.commit(first).expect("there is room");
        store.tear(rest, permille).expect("there is room");
        prop_assert_eq!(store.load().expect("readable"), fold(first));
        store.commit(rest).expect("there is room");
        prop_assert_eq!(store.load().expect("readable"), fold(&entries));
    }
}

fn some() -> Vec<Entry> {
    entries(vec![
        Record::Debt {
            vertex: key(0),
            run: 1,
        },
        Record::Paid {
            vertex: key(0),
            run: 1,
            sent: vec![(line(0, 1), 1), (line(3, 1), 2)],
            heard: Vec::new(),
            kept: None,
        },
        Record::Debt {
            vertex: key(2),
            run: 2,
        },
    ])
}

/// Rules P4 and P5.
#[test]
fn nothing_is_written_before_it_has_to_be() {
    let scratch = Scratch::new("lazy");
    let mut store = scratch.store();
    assert_eq!(store.load().unwrap(), Ledger::default());
    store.begin(&mut |_| true).unwrap();
    store.commit(&[]).unwrap();
    assert!(
        !scratch.0.join("root").exists(),
        "there was nothing to write"
    );
    store.settle().unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(scratch.home().dir())
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o7777, 0o700);
    assert_eq!(std::fs::read_dir(scratch.home().dir()).unwrap().count(), 0);
    store.commit(&some()).unwrap();
    let file = scratch.home().dir().join("journal.redb");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o7777, 0o600);
}

/// Rule P5.
#[test]
fn a_second_engine_is_refused_and_readers_are_not() {
    let scratch = Scratch::new("second");
    let mut first = scratch.store();
    first.begin(&mut |_| true).unwrap();
    first.commit(&some()).unwrap();
    let refused = scratch
        .store()
        .begin(&mut |_| true)
        .expect_err("the first has it")
        .to_string();
    let me = std::process::id();
    assert!(
        refused.contains(&format!("process {me} acts on this graph already")),
        "{refused}"
    );
    assert_eq!(scratch.home().holder().unwrap(), Some(me));
    assert_eq!(scratch.store().load().unwrap(), fold(&some()), "beside it");
    first
        .commit(&entries_after(
            &some(),
            Record::Cancelled { vertex: key(1) },
        ))
        .unwrap();
    assert_eq!(
        scratch.store().load().unwrap(),
        first.load().unwrap(),
        "and follows it"
    );
    drop(first);
    assert_eq!(scratch.home().holder().unwrap(), None);
    scratch
        .store()
        .begin(&mut |_| true)
        .expect("it is free again");
}

fn entries_after(before: &[Entry], record: Record) -> Vec<Entry> {
    let n = before.len() as u64 + 1;
    vec![Entry {
        seq: Seq(n),
        record,
        mark: Mark::default(),
    }]
}

/// Rule P5.
#[test]
fn one_that_came_too_late_writes_nothing() {
    let scratch = Scratch::new("late");
    // Both begin while there is no directory that one of them could lock.
    let (mut first, mut second) = (scratch.store(), scratch.store());
    first.begin(&mut |_| true).unwrap();
    second.begin(&mut |_| true).unwrap();
    first.commit(&some()).unwrap();
    let refused = second
        .commit(&some())
        .expect_err("the first has it")
        .to_string();
    assert!(refused.contains("acts on this graph already"), "{refused}");
    drop(first);
    let refused = second
        .settle()
        .expect_err("the first has been here")
        .to_string();
    assert!(
        refused.contains("another engine has acted on this graph meanwhile"),
        "{refused}"
    );
    assert_eq!(scratch.store().load().unwrap(), fold(&some()));
}

/// Rule P5: two that act and record nothing are apart too; where no place can be made, one acts without.
#[test]
fn who_acts_first_has_the_lock_though_nothing_is_recorded() {
    let scratch = Scratch::new("acts");
    let (mut first, mut second) = (scratch.store(), scratch.store());
    first.begin(&mut |_| true).unwrap();
    second.begin(&mut |_| true).unwrap();
    first.reserve().unwrap();
    first.reserve().unwrap();
    let refused = second.reserve().expect_err("the first has it").to_string();
    assert!(refused.contains("acts on this graph already"), "{refused}");
    drop(first);
    let refused = second.reserve().expect_err("it has acted").to_string();
    let told = "another engine has acted on this graph meanwhile";
    assert!(refused.contains(told), "{refused}");
    let nowhere = Home::new("/proc/weft/state");
    let mut third = OwnStore::new(nowhere, About::default());
    third.begin(&mut |_| true).unwrap();
    third.reserve().unwrap();
    assert!(third.lock().is_none());
    third.settle().expect_err("nothing can be kept there");
}

/// Rule P5: a journal that lost all it held is damage, and not one that holds nothing.
#[test]
fn an_empty_file_is_no_journal() {
    let scratch = Scratch::new("empty");
    let mut store = scratch.store();
    store.begin(&mut |_| true).unwrap();
    store.commit(&some()).unwrap();
    drop(store);
    let path = scratch.home().dir().join("journal.redb");
    std::fs::write(&path, "").unwrap();
    let refused = scratch
        .store()
        .load()
        .expect_err("it is damaged")
        .to_string();
    assert!(refused.contains("damaged: it is empty"), "{refused}");
    let refused = scratch
        .store()
        .begin(&mut |_| true)
        .expect_err("it is")
        .to_string();
    assert!(refused.contains("damaged: it is empty"), "{refused}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

/// The bytes of a journal whose engine was killed: it was never closed.
fn killed(scratch: &Scratch) -> Vec<u8> {
    let mut store = scratch.store();
    store.begin(&mut |_| true).unwrap();
    store.commit(&some()).unwrap();
    std::fs::read(scratch.home().dir().join("journal.redb")).unwrap()
}

/// Rules P3 and P5.
#[test]
fn a_journal_that_was_never_closed_is_read_and_gone_on_with() {
    let scratch = Scratch::new("killed");
    let bytes = killed(&scratch);
    let file = scratch.home().dir().join("journal.redb");
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(scratch.store().load().unwrap(), fold(&some()));
    assert_eq!(
        std::fs::read(&file).unwrap(),
        bytes,
        "reading wrote nothing"
    );
    let mut next = scratch.store();
    next.begin(&mut |_| true).unwrap();
    let not_begun = Record::NotBegun {
        vertex: key(2),
        kept: None,
    };
    next.commit(&entries_after(&some(), not_begun)).unwrap();
    assert!(next.load().unwrap().remembered.debts.is_empty());
}

#[test]
fn one_that_was_killed_while_it_was_made_is_made_anew() {
    let scratch = Scratch::new("half-made");
    scratch.home().make().unwrap();
    std::fs::write(scratch.home().dir().join("journal.new"), b"half").unwrap();
    let mut store = scratch.store();
    store.begin(&mut |_| true).unwrap();
    store.commit(&some()).unwrap();
    assert!(!scratch.home().dir().join("journal.new").exists());
    assert_eq!(store.load().unwrap(), fold(&some()));
}

/// Rule P5.
#[test]
fn damage_is_refused_with_its_place_and_nothing_is_changed() {
    let scratch = Scratch::new("damage");
    let whole = killed(&scratch);
    let file = scratch.home().dir().join("journal.redb");
    let at = |text: &str| {
        let windows = whole.windows(text.len());
        windows
            .enumerate()
            .filter(|(_, w)| *w == text.as_bytes())
            .map(|(n, _)| n)
            .collect::<Vec<_>>()
    };
    let cut = whole[..whole.len() / 2].to_vec();
    let mut flipped = whole.clone();
    for place in at("/n/1") {
        flipped[place + 3] ^= 1;
    }
    let foreign = b"# not a journal\n".repeat(400);
    for (how, bytes) in [("cut off", cut), ("flipped", flipped), ("foreign", foreign)] {
        std::fs::write(&file, &bytes).unwrap();
        let refused = scratch.store().load().expect_err(how).to_string();
        assert!(refused.contains("journal.redb"), "{how}: {refused}");
        assert_eq!(
            std::fs::read(&file).unwrap(),
            bytes,
            "{how}: it stays as it was"
        );
        let mut store = scratch.store();
        assert!(
            store.begin(&mut |_| true).is_err(),
            "{how}: no engine begins"
        );
    }
}

#[test]
fn a_newer_format_is_refused() {
    let scratch = Scratch::new("newer");
    let mut store = scratch.store();
    store.begin(&mut |_| true).unwrap();
    store.commit(&some()).unwrap();
    drop(store);
    let file = scratch.home().dir().join("journal.redb");
    tables::write_format(&file, 2);
    let refused = scratch.store().load().expect_err("a newer one").to_string();
    assert!(
        refused.contains("its format is 2, and this weft reads up to 1"),
        "{refused}"
    );
}

#[test]
fn a_directory_that_is_not_ones_own_is_refused() {
    let scratch = Scratch::new("foreign");
    scratch.home().make().unwrap();
    let dir = scratch.home().dir().to_owned();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&dir, open).unwrap();
    let refused = scratch
        .store()
        .begin(&mut |_| true)
        .expect_err("anyone may write")
        .to_string();
    assert!(refused.contains("others may write in it"), "{refused}");
    if !rustix::process::geteuid().is_root() {
        println!("not root: a directory of somebody else cannot be tried");
        return;
    }
    std::fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    std::os::unix::fs::chown(&dir, Some(4242), None).unwrap();
    let refused = scratch
        .store()
        .begin(&mut |_| true)
        .expect_err("somebody else's")
        .to_string();
    assert!(
        refused.contains("it belongs to user 4242, and this runs as user 0"),
        "{refused}"
    );
}

/// Storage that a test can freeze: what was synced is durable, what was written since is lost by a power cut.
#[derive(Debug)]
struct Power {
    live: InMemoryBackend,
    durable: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl StorageBackend for Power {
    fn len(&self) -> std::io::Result<u64> {
        self.live.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        self.live.read(offset, out)
    }
    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.live.set_len(len)
    }
    fn sync_data(&self) -> std::io::Result<()> {
        let mut image = vec![0; self.live.len()? as usize];
        self.live.read(0, &mut image)?;
        self.durable.lock().unwrap().push(image);
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        self.live.write(offset, data)
    }
}

/// Rule P3.
#[test]
fn a_power_cut_at_any_sync_keeps_what_was_committed_before_it() {
    let durable = Arc::new(Mutex::new(Vec::new()));
    let power = Power {
        live: InMemoryBackend::new(),
        durable: durable.clone(),
    };
    let mut tables = Tables::open(power, "memory", &about("g"), false).unwrap();
    let all = some();
    let mut syncs = vec![durable.lock().unwrap().len()];
    for entry in &all {
        tables.commit(std::slice::from_ref(entry)).unwrap();
        syncs.push(durable.lock().unwrap().len());
    }
    let images = durable.lock().unwrap().clone();
    assert!(
        syncs.windows(2).all(|pair| pair[1] > pair[0]),
        "each commit is synced: {syncs:?}"
    );
    println!("{} syncs for {} commits", images.len(), all.len());
    for (done, count) in syncs.iter().enumerate() {
        // Frozen right after the sync that made the commit durable, and before that of the next.
        let found = tables::read_image(images[count - 1].clone(), "memory")
            .unwrap()
            .ledger;
        assert_eq!(found, fold(&all[..done]));
    }
}
