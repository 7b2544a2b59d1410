//! The parts of a ledger as bytes. The format as a whole has a number, which only goes up with what an older weft would misread; each form
//! begins with its own version besides, so that one of them can change while the others stand.
//!
//! | table | key | value, version 1 |
//! | --- | --- | --- |
//! | `about` | a word | `format`: u32; `graph`, `file`: text; `counters`: the number of the last record, the last generation, the last run |
//! | `debts` | vertex | run u32, mark |
//! | `lines` | target, then source | sent u64, heard u64, run u32, mark |
//! | `kept` | vertex | hash, values by name, mark |
//! | `cancels` | vertex | texts, mark |
//!
//! A vertex is kind and name, each a text; a text is its length as u64 and UTF-8; a mark is run u32, wall time u64 and cause. Numbers have
//! the smallest byte first.

use std::collections::BTreeMap;

use super::StoreFault;
use super::bytes::{Expected, Names, Reader, Writer};
use super::ledger::{Cancel, Ledger, Mark, Slot};
use crate::engine::{Count, Kept, Line, Remembered, Seq, Source};
use crate::graph::Key;
use crate::time::Wall;
use crate::value::Value;

/// What this weft writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// The version of every form below.
const V1: u8 = 1;

/// The tables, in the order of [`Slot`]'s variants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Table {
    Debts,
    Lines,
    Kept,
    Cancels,
}

impl Table {
    pub const ALL: [Table; 4] = [Table::Debts, Table::Lines, Table::Kept, Table::Cancels];

    pub fn name(self) -> &'static str {
        match self {
            Table::Debts => "debts",
            Table::Lines => "lines",
            Table::Kept => "kept",
            Table::Cancels => "cancels",
        }
    }

    pub fn of(slot: &Slot) -> Table {
        match slot {
            Slot::Debt(_) => Table::Debts,
            Slot::Line(_) => Table::Lines,
            Slot::Kept(_) => Table::Kept,
            Slot::Cancel(_) => Table::Cancels,
        }
    }
}

/// Where a part stands in its table.
pub(super) fn key(slot: &Slot) -> Vec<u8> {
    let mut to = Writer::default();
    match slot {
        Slot::Debt(vertex) | Slot::Kept(vertex) | Slot::Cancel(vertex) => put_key(&mut to, vertex),
        Slot::Line(line) => {
            put_key(&mut to, &line.to);
            match &line.from {
                Source::Command => drop(to.u8(0)),
                Source::Vertex(from) => put_key(to.u8(1), from),
            }
        }
    }
    to.0
}

/// A part's value; `None` if it is not there any more.
pub(super) fn value(ledger: &Ledger, slot: &Slot) -> Result<Option<Vec<u8>>, StoreFault> {
    if !ledger.stands(slot) {
        return Ok(None);
    }
    let remembered = &ledger.remembered;
    let mut to = Writer::default();
    to.u8(V1);
    match slot {
        Slot::Debt(vertex) => {
            to.u32(remembered.debts.get(vertex).copied().unwrap_or_default());
        }
        Slot::Line(line) => {
            let count = remembered.lines.get(line).copied().unwrap_or_default();
            to.u64(count.sent).u64(count.heard).u32(count.run);
        }
        Slot::Kept(vertex) => {
            if let Some(kept) = remembered.kept.get(vertex) {
                put_kept(&mut to, kept).map_err(|why| StoreFault::new(vertex.to_string(), why))?;
            }
        }
        Slot::Cancel(vertex) => {
            let what = ledger.cancels.get(vertex).map(|cancel| &cancel.what);
            to.u64(what.map_or(0, Vec::len) as u64);
            for text in what.into_iter().flatten() {
                to.text(text);
            }
        }
    }
    let mark = ledger.mark(slot);
    to.u32(mark.run).u64(mark.at.0).text(&mark.cause);
    Ok(Some(to.0))
}

/// The counters, which change with every record.
pub(super) fn counters(remembered: &Remembered) -> Vec<u8> {
    let mut to = Writer::default();
    to.u8(V1)
        .u64(remembered.seq.0)
        .u64(remembered.generation)
        .u32(remembered.run);
    to.0
}

/// Reads the counters back.
pub(super) fn read_counters(bytes: &[u8], into: &mut Remembered) -> Result<(), Expected> {
    let mut from = version_1(bytes)?;
    into.seq = Seq(from.u64()?);
    into.generation = from.u64()?;
    into.run = from.u32()?;
    from.end()
}

/// One part as it was read.
pub(super) enum Row {
    Debt(Key, u32, Mark),
    Line(Line, Count, Mark),
    Kept(Key, Kept, Mark),
    Cancel(Key, Cancel),
}

/// Reads one part.
pub(super) fn row(
    table: Table,
    key: &[u8],
    value: &[u8],
    names: &mut Names,
) -> Result<Row, Expected> {
    let slot = slot(table, key, names)?;
    let mut from = version_1(value)?;
    let row = match slot {
        Slot::Debt(vertex) => Row::Debt(vertex, from.u32()?, get_mark(&mut from, names)?),
        Slot::Line(line) => {
            let count = Count {
                sent: from.u64()?,
                heard: from.u64()?,
                run: from.u32()?,
            };
            Row::Line(line, count, get_mark(&mut from, names)?)
        }
        Slot::Kept(vertex) => Row::Kept(vertex, get_kept(&mut from)?, get_mark(&mut from, names)?),
        Slot::Cancel(vertex) => {
            let texts = (0..from.u64()?).map(|_| from.text().map(str::to_owned));
            let what = texts.collect::<Result<_, _>>()?;
            let mark = get_mark(&mut from, names)?;
            Row::Cancel(vertex, Cancel { what, mark })
        }
    };
    from.end()?;
    Ok(row)
}

/// Takes parts into the ledger, all of them together: a map that is made of what is in order is made faster than one that grows.
pub(super) fn gather(rows: Vec<Row>, into: &mut Ledger) {
    let (mut debts, mut lines, mut kept, mut cancels) = (vec![], vec![], vec![], vec![]);
    let mut marks = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Row::Debt(vertex, run, mark) => {
                debts.push((vertex.clone(), run));
                marks.push((Slot::Debt(vertex), mark));
            }
            Row::Line(line, count, mark) => {
                lines.push((line.clone(), count));
                marks.push((Slot::Line(line), mark));
            }
            Row::Kept(vertex, values, mark) => {
                kept.push((vertex.clone(), values));
                marks.push((Slot::Kept(vertex), mark));
            }
            Row::Cancel(vertex, cancel) => cancels.push((vertex, cancel)),
        }
    }
    let remembered = &mut into.remembered;
    remembered.debts.append(&mut debts.into_iter().collect());
    remembered.lines.append(&mut lines.into_iter().collect());
    remembered.kept.append(&mut kept.into_iter().collect());
    into.cancels.append(&mut cancels.into_iter().collect());
    into.marks.append(&mut marks.into_iter().collect());
}

/// Takes one part out of the ledger.
pub(super) fn remove(table: Table, key: &[u8], from: &mut Ledger) -> Result<(), Expected> {
    let slot = slot(table, key, &mut Names::default())?;
    from.marks.remove(&slot);
    match &slot {
        Slot::Debt(vertex) => drop(from.remembered.debts.remove(vertex)),
        Slot::Line(line) => drop(from.remembered.lines.remove(line)),
        Slot::Kept(vertex) => drop(from.remembered.kept.remove(vertex)),
        Slot::Cancel(vertex) => drop(from.cancels.remove(vertex)),
    }
    Ok(())
}

fn slot(table: Table, key: &[u8], names: &mut Names) -> Result<Slot, Expected> {
    let mut of = Reader(key);
    let vertex = get_key(&mut of, names)?;
    let slot = match table {
        Table::Debts => Slot::Debt(vertex),
        Table::Kept => Slot::Kept(vertex),
        Table::Cancels => Slot::Cancel(vertex),
        Table::Lines => Slot::Line(get_line(&mut of, vertex, names)?),
    };
    of.end()?;
    Ok(slot)
}

fn version_1(bytes: &[u8]) -> Result<Reader<'_>, Expected> {
    let mut from = Reader(bytes);
    match from.u8()? {
        V1 => Ok(from),
        _ => Err("version 1"),
    }
}

fn put_key(to: &mut Writer, key: &Key) {
    to.text(key.kind()).text(key.name());
}

fn get_key(from: &mut Reader, names: &mut Names) -> Result<Key, Expected> {
    let kind = names.shared(from.text()?);
    Ok(Key::of_kind(kind, from.text()?))
}

fn get_line(from: &mut Reader, to: Key, names: &mut Names) -> Result<Line, Expected> {
    let source = match from.u8()? {
        0 => Source::Command,
        1 => Source::Vertex(get_key(from, names)?),
        _ => return Err("a source"),
    };
    Ok(Line { to, from: source })
}

fn get_mark(from: &mut Reader, names: &mut Names) -> Result<Mark, Expected> {
    Ok(Mark {
        run: from.u32()?,
        at: Wall(from.u64()?),
        cause: names.shared(from.text()?),
    })
}

fn put_kept(to: &mut Writer, kept: &Kept) -> Result<(), String> {
    to.raw(&kept.hash).u64(kept.values.len() as u64);
    for (name, value) in &kept.values {
        to.text(name);
        put_value(to, value)?;
    }
    Ok(())
}

fn get_kept(from: &mut Reader) -> Result<Kept, Expected> {
    let hash = from.array()?;
    let mut values = BTreeMap::new();
    for _ in 0..from.u64()? {
        let name = from.text()?.to_owned();
        values.insert(name, get_value(from, DEPTH)?);
    }
    Ok(Kept { hash, values })
}

/// How deep a value may be nested.
const DEPTH: u32 = 64;

fn put_value(to: &mut Writer, value: &Value) -> Result<(), String> {
    match value {
        Value::Bool(yes) => drop(to.u8(0).u8(u8::from(*yes))),
        Value::Int(n) => drop(to.u8(1).raw(&n.to_le_bytes())),
        Value::Float(x) => drop(to.u8(2).u64(x.to_bits())),
        Value::Str(text) => drop(to.u8(3).text(text)),
        Value::Bytes(bytes) => drop(to.u8(4).bytes(bytes)),
        Value::List(items) => {
            to.u8(5).u64(items.len() as u64);
            for item in items.iter() {
                put_value(to, item)?;
            }
        }
        Value::Map(items) => {
            to.u8(6).u64(items.len() as u64);
            for (name, item) in items.iter() {
                to.text(name);
                put_value(to, item)?;
            }
        }
        Value::Secret(secret) => put_value(to.u8(7), secret.expose())?,
        Value::Unknown(unknown) => {
            return Err(format!(
                "a value that only {} can tell was to be kept",
                unknown.who
            ));
        }
    }
    Ok(())
}

fn get_value(from: &mut Reader, depth: u32) -> Result<Value, Expected> {
    let depth = depth.checked_sub(1).ok_or("a value that is not so deep")?;
    Ok(match from.u8()? {
        0 => Value::Bool(from.u8()? != 0),
        1 => Value::Int(i64::from_le_bytes(from.array()?)),
        2 => Value::Float(f64::from_bits(from.u64()?)),
        3 => Value::Str(from.text()?.into()),
        4 => Value::Bytes(from.bytes()?.into()),
        5 => {
            let mut items = Vec::new();
            for _ in 0..from.u64()? {
                items.push(get_value(from, depth)?);
            }
            Value::list(items)
        }
        6 => {
            let mut items = BTreeMap::new();
            for _ in 0..from.u64()? {
                let name = from.text()?.to_owned();
                items.insert(name, get_value(from, depth)?);
            }
            Value::map(items)
        }
        7 => get_value(from, depth)?.into_secret(),
        _ => return Err("a value"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::*;
    use crate::engine::Record;
    use std::fmt::Write as _;

    /// One of every part, with every sort of value.
    pub(crate) fn full() -> Ledger {
        let [exec, file, svc] =
            [("exec", "x"), ("file", "/etc/ü"), ("svc", "s")].map(|(k, n)| Key::new(k, n));
        let line = Line::between(&file, &svc);
        let values = [
            ("a", Value::Bool(true)),
            ("b", Value::Int(-2)),
            ("c", Value::Float(0.5)),
            ("d", Value::bytes([0xff, 0])),
            (
                "e",
                Value::list([
                    Value::str("é"),
                    Value::map([("k".to_owned(), Value::Int(1))]),
                ]),
            ),
            ("stdout", Value::str("made").into_secret()),
        ];
        let kept = Kept {
            hash: [7; 32],
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        let paid = |vertex: &Key, sent: &[(Line, u64)], kept: Option<Kept>| Record::Paid {
            vertex: vertex.clone(),
            run: 3,
            sent: sent.to_vec(),
            heard: Vec::new(),
            kept,
        };
        let records = [
            Record::Debt {
                vertex: file.clone(),
                run: 3,
            },
            paid(&file, &[(line, 1)], None),
            paid(&exec, &[], Some(kept)),
            Record::Asked {
                vertex: exec.clone(),
                run: 3,
                generation: 2,
            },
            Record::Cancelled {
                vertex: exec.clone(),
            },
            Record::Asked {
                vertex: svc,
                run: 3,
                generation: 3,
            },
            Record::Debt {
                vertex: file,
                run: 4,
            },
        ];
        let mut ledger = Ledger::default();
        for (n, record) in (1..).zip(records) {
            let mark = Mark {
                run: 3,
                at: Wall(1_000 + n),
                cause: "command apply".into(),
            };
            ledger.fold(&Entry {
                seq: Seq(n),
                record,
                mark,
            });
        }
        ledger
    }

    fn slots(ledger: &Ledger) -> Vec<Slot> {
        let remembered = &ledger.remembered;
        let mut slots: Vec<Slot> = remembered.debts.keys().cloned().map(Slot::Debt).collect();
        slots.extend(remembered.lines.keys().cloned().map(Slot::Line));
        slots.extend(remembered.kept.keys().cloned().map(Slot::Kept));
        slots.extend(ledger.cancels.keys().cloned().map(Slot::Cancel));
        slots
    }

    fn hex(bytes: &[u8]) -> String {
        let mut text = String::new();
        for (n, byte) in bytes.iter().enumerate() {
            let gap = if n > 0 && n % 32 == 0 { "\n    " } else { "" };
            let _ = write!(text, "{gap}{byte:02x}");
        }
        text
    }

    #[test]
    fn every_form_has_its_bytes_and_comes_back() {
        let ledger = full();
        let mut golden = format!(
            "format {FORMAT}\ncounters\n  = {}\n",
            hex(&counters(&ledger.remembered))
        );
        let mut back = Ledger::default();
        read_counters(&counters(&ledger.remembered), &mut back.remembered).expect("whole counters");
        for slot in slots(&ledger) {
            let (at, value) = (
                key(&slot),
                value(&ledger, &slot).expect("known").expect("there"),
            );
            let table = Table::of(&slot);
            let _ = write!(
                golden,
                "{} {}\n  = {}\n",
                table.name(),
                hex(&at),
                hex(&value)
            );
            let mut names = Names::default();
            let part = row(table, &at, &value, &mut names).expect("what was written");
            gather(vec![part], &mut back);
            for short in 0..value.len() {
                assert!(row(table, &at, &value[..short], &mut names).is_err());
            }
        }
        assert_eq!(back, ledger);
        crate::journal::tests::snapshot("journal-format", &golden);
    }

    #[test]
    fn what_is_not_known_is_not_kept() {
        let mut ledger = full();
        let exec = Key::new("exec", "x");
        if let Some(kept) = ledger.remembered.kept.get_mut(&exec) {
            kept.values
                .insert("z".into(), Value::unknown("exec[x]", false));
        }
        let fault = value(&ledger, &Slot::Kept(exec)).expect_err("an unknown");
        assert!(
            fault.to_string().contains("only exec[x] can tell"),
            "{fault}"
        );
    }
}
