//! `weft state`: the state directories of this machine.

use super::args::StateAct;
use super::desk::{Desk, state_root};
use crate::command::help::table;
use crate::command::{Front, SessionError};
use crate::engine::Count;
use crate::graph::nearest;
use crate::journal::{Home, Listed, StoreFault, list, remove};
use crate::trace::count;
use serde_json::{Value as Json, json};

/// `weft state`, `weft state drop NAME`.
pub fn state(desk: &Desk, act: Option<&StateAct>) -> i32 {
    let root = state_root(desk.flags.world.state_dir.as_deref());
    let done = match act {
        None => list(&root).map(|all| show(desk, &root.display().to_string(), &all)),
        Some(StateAct::Drop { name }) => {
            list(&root).and_then(|all| drop_one(desk, name, &all, &root))
        }
    };
    done.unwrap_or_else(|fault| refuse(desk, &fault))
}

fn refuse(desk: &Desk, fault: &StoreFault) -> i32 {
    desk.refuse(&SessionError::failed(fault.to_string()))
}

fn show(desk: &Desk, root: &str, all: &[Listed]) -> i32 {
    if desk.json() {
        let rows: Vec<Json> = all.iter().map(row).collect();
        desk.print_json(&json!({"format": 1, "root": root, "states": rows}));
        return 0;
    }
    if all.is_empty() {
        desk.printer
            .result(&format!("no graph has state in {root}\n"));
        return 0;
    }
    let mut rows = vec![
        ["name", "size", "pending", "file"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(all.iter().map(words));
    desk.printer.result(&table(rows, ""));
    0
}

/// How many notifications and debts a state holds; nothing where it cannot be read.
fn owed(of: &Listed) -> Option<(usize, usize)> {
    let remembered = &of.ledger.as_ref().ok()?.remembered;
    let pending = remembered
        .lines
        .values()
        .filter(|count| Count::is_pending(count));
    Some((pending.count(), remembered.debts.len()))
}

fn words(of: &Listed) -> Vec<String> {
    let pending = match (&of.ledger, owed(of)) {
        (Err(fault), _) => fault.to_string(),
        (_, Some((0, 0)) | None) => "nothing".to_owned(),
        (_, Some((pending, 0))) => pending.to_string(),
        (_, Some((pending, debts))) => format!("{pending}, and {debts} may have changed"),
    };
    let file = match (of.about.file.as_str(), of.about.graph.as_str()) {
        ("", "") if !of.edits.is_empty() => "(typed)".to_owned(),
        ("", "") if of.ledger.is_err() => "(its journal cannot be read)".to_owned(),
        ("", "") => "(no journal)".to_owned(),
        ("", _) => "(typed)".to_owned(),
        (file, _) => file.to_owned(),
    };
    let typed: usize = of.edits.iter().map(|edits| edits.count).sum();
    let typed = (typed > 0).then(|| format!(", {} not saved", count(typed, "edit")));
    let used = of.holder.map(|pid| format!(", in use by process {pid}"));
    vec![
        of.name.clone(),
        format!("{} KiB", of.size.div_ceil(1024)),
        pending,
        file + &typed.unwrap_or_default() + &used.unwrap_or_default(),
    ]
}

fn row(of: &Listed) -> Json {
    let owed = owed(of);
    json!({
        "name": of.name,
        "graph": of.about.graph,
        "file": of.about.file,
        "size": of.size,
        "passwords": of.passwords,
        "pending": owed.map(|(pending, _)| pending),
        "debts": owed.map(|(_, debts)| debts),
        "edits": of.edits.iter().map(|edits| edits.count).sum::<usize>(),
        "process": of.holder,
        "fault": of.ledger.as_ref().err().map(ToString::to_string),
    })
}

/// What is lost with a state.
fn goes(of: &Listed) -> String {
    let owed = owed(of).map_or_else(
        || "a journal that cannot be read".to_owned(),
        |(pending, debts)| {
            let pending = count(pending, "pending notification");
            format!("{pending}, {}", count(debts, "debt"))
        },
    );
    let edits: usize = of.edits.iter().map(|edits| edits.count).sum();
    let parts = [
        count(of.passwords, "kept password"),
        owed,
        count(edits, "unsaved edit"),
    ];
    parts.join(", ")
}

/// What goes cannot be had back: a person says yes to it, or has said so before.
fn agree(desk: &Desk, of: &Listed) -> Result<(), SessionError> {
    if desk.flags.world.yes {
        return Ok(());
    }
    let mut console = desk.console();
    let goes = goes(of);
    if !console.can_ask() {
        let what = format!(
            "there is nobody to ask before {} is removed, with {goes}",
            of.name
        );
        return Err(SessionError::failed(what).with_hint("--yes consents beforehand"));
    }
    let row = words(of).join("  ");
    match console.confirm(
        &format!("Remove {}, with {goes}?", of.name),
        &format!("{row}\n"),
    ) {
        true => Ok(()),
        false => Err(SessionError::failed(format!("{} was not removed", of.name))
            .with_hint("`weft pending FILE` shows what is pending in it")),
    }
}

fn drop_one(
    desk: &Desk,
    name: &str,
    all: &[Listed],
    root: &std::path::Path,
) -> Result<i32, StoreFault> {
    let names = || all.iter().map(|of| of.name.as_str());
    if !names().any(|known| known == name) {
        let hint = nearest(name, names()).map_or_else(
            || "`weft state` lists them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let what = format!(
            "no state directory below {} is called `{name}`",
            root.display()
        );
        return Ok(desk.refuse(&SessionError::failed(what).with_hint(hint)));
    }
    let dropped = all.iter().find(|of| of.name == name);
    if let Err(error) = dropped.map_or(Ok(()), |of| agree(desk, of)) {
        return Ok(desk.refuse(&error));
    }
    remove(&Home::new(root.join(name)), &mut |what| {
        desk.printer.remark(&format!("{what}\n"));
        true
    })?;
    desk.printer.result(&format!("dropped {name}\n"));
    if desk.json() {
        desk.print_json(&json!({"format": 1, "dropped": name}));
    }
    Ok(0)
}
