//! What weft says of itself: `kinds`, `schema`, `man`, `completions`.

use super::desk::Desk;
use crate::command::{Front, SessionError, help, json};
use crate::file::schema_json;
use crate::graph::{Catalog, nearest};
use crate::kind::Kinds;
use crate::repl::env::VARIABLES;

/// `weft kinds [KIND]`.
pub fn kinds(desk: &Desk, kind: Option<&str>) -> i32 {
    if desk.json() {
        let known = kind.is_none_or(|kind| Kinds.schema(kind).is_some());
        if known {
            desk.print_json(&json::kinds(kind));
            return 0;
        }
    }
    let text = match kind {
        None => help::kinds(&Kinds),
        Some(kind) => match Kinds.schema(kind) {
            Some(schema) => help::of_kind(schema),
            None => return no_such_kind(desk, kind),
        },
    };
    desk.console().show(&text);
    0
}

fn no_such_kind(desk: &Desk, kind: &str) -> i32 {
    let hint = match nearest(kind, Kinds.kinds().into_iter()) {
        Some(near) => format!("did you mean {near}?"),
        None => "`weft kinds` lists them".to_owned(),
    };
    let what = format!("there is no kind `{kind}`");
    desk.refuse(&SessionError::failed(what).with_hint(hint))
}

/// `weft schema`.
pub fn schema(desk: &Desk) -> i32 {
    desk.printer.raw(&format!("{:#}\n", schema_json(&Kinds)));
    0
}

/// `weft man`: one page with every verb.
pub fn man(desk: &Desk) -> i32 {
    match page() {
        Ok(page) => {
            desk.printer.raw(&String::from_utf8_lossy(&page));
            0
        }
        Err(error) => {
            desk.printer.error(&format!("error: {error}"));
            1
        }
    }
}

fn page() -> std::io::Result<Vec<u8>> {
    let command = super::command();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for verb in command.get_subcommands() {
        let heading = format!("\n.SH \"WEFT {}\"\n", verb.get_name().to_uppercase());
        page.extend_from_slice(heading.as_bytes());
        let verb = verb.clone().bin_name(format!("weft {}", verb.get_name()));
        let man = clap_mangen::Man::new(verb);
        let mut part = Vec::new();
        man.render_description_section(&mut part)?;
        man.render_synopsis_section(&mut part)?;
        // Sections of a verb stand below its own heading.
        let part = String::from_utf8_lossy(&part).replace(".SH ", ".SS ");
        page.extend_from_slice(part.as_bytes());
    }
    Ok(page)
}

/// `weft completions SHELL`.
pub fn completions(desk: &Desk, shell: clap_complete::Shell) -> i32 {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "weft", &mut text);
    desk.printer.raw(&String::from_utf8_lossy(&text));
    0
}

/// The variables that are read, as help shows them.
pub fn environment() -> String {
    let rows = VARIABLES
        .iter()
        .map(|variable| vec![variable.name.to_owned(), variable.about.to_owned()]);
    format!("Environment:\n{}", help::table(rows.collect(), "  "))
}
