//! Every help text, of every command and kind, in a snapshot.

use super::super::registry::{COMMANDS, SIMS};
use crate::command::help;
use crate::graph::Catalog;
use crate::kind::Kinds;

#[test]
fn all_help() {
    let mut text = help::overview();
    let commands = COMMANDS.iter().map(|command| command.name.to_owned());
    let sims = SIMS.iter().map(|command| format!("sim {}", command.name));
    let kinds = Kinds.kinds().into_iter().map(str::to_owned);
    for topic in commands.chain(sims).chain(kinds) {
        let told = help::topic(&Kinds, &topic).expect("every topic has a help");
        text.push_str(&format!("\n---- help {topic}\n{told}"));
    }
    text.push_str(&format!(
        "\n---- kinds\n{}\n---- meta\n{}",
        help::kinds(&Kinds),
        help::meta_keys()
    ));
    text.push_str(&format!(
        "\n{}\n{}",
        help::kinds_markdown(&Kinds),
        help::language_markdown()
    ));
    insta::with_settings!({ snapshot_path => "../../../snapshots/language", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("help", text);
    });
}
