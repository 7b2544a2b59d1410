//! Every help text, in a snapshot.

use super::*;

#[test]
fn all_help() {
    let mut text = help::overview();
    for topic in ["add", "plan", "sim", "sim fail", "quit", "file", "noop"] {
        text.push_str(&format!(
            "\n---- help {topic}\n{}",
            help::topic(&Small, topic).unwrap_or_default()
        ));
    }
    text.push_str(&format!(
        "\n---- kinds\n{}\n---- meta\n{}",
        help::kinds(&Small),
        help::meta_keys()
    ));
    text.push_str(&format!(
        "\n{}\n{}",
        help::kinds_markdown(&Small),
        help::language_markdown()
    ));
    insta::with_settings!({ snapshot_path => "../../../snapshots/language", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("help", text);
    });
}
