//! A checker that never failed is not known to work: bugs that were planted are found, and without them nothing is.

use super::*;
use crate::engine::Planted;
use crate::kind::Kinds;

/// A chain of reactions, and an output that only its journal knows.
const STORY: &str = r#"
weft: 1
graph: planted
world:
  files: {/etc/app: "old\n", /etc/token: there}
  commands:
    app reload: {duration: 1s}
    issue token: {stdout: "token-1\n", writes: {/etc/token: there}}
resources:
  file:
  - name: /etc/app
    content: "new\n"
  - name: /etc/copy
  exec:
  - name: reload
    cmd: app reload
    refreshonly: true
  - name: issue
    cmd: issue token
    creates: /etc/token
  noop:
  - name: last
edges:
- file[/etc/app] ~> exec[reload] ~> noop[last]
bindings:
- exec[issue].stdout -> file[/etc/copy].content
steps:
- notify exec[issue]
- apply
"#;

fn explored(bug: Option<Planted>) -> Explored {
    let mut nothing = |_: &std::path::Path| Err("nothing is used".to_owned());
    let path = std::path::Path::new("planted.yaml");
    let document = crate::file::parse(path, STORY, &Kinds, &mut nothing).expect("a story");
    let plant =
        |drive: &mut crate::drive::sim::SimDrive| bug.into_iter().for_each(|bug| drive.plant(bug));
    let options = PlayOptions::default();
    explore_prepared(&document, &options, Explore::Crash, &plant).expect("it can be played")
}

/// Everything that was wrong, at points of these classes.
fn wrong(explored: &Explored) -> Vec<(&'static str, String)> {
    let each = explored.findings.iter().flat_map(|finding| {
        let class = finding
            .point
            .as_ref()
            .map_or("undisturbed", |point| point.class);
        finding
            .wrong
            .iter()
            .map(move |wrong| (class, wrong.clone()))
    });
    each.collect()
}

#[test]
fn without_a_bug_nothing_is_found() {
    let explored = explored(None);
    assert_eq!(wrong(&explored), []);
    assert!(
        explored.points.values().sum::<usize>() > 100,
        "{explored:?}"
    );
}

/// Rule N5.
#[test]
fn a_refresh_that_is_heard_before_it_has_ended_is_found() {
    let wrong = wrong(&explored(Some(Planted::HeardEarly)));
    let lost = "lost: file[/etc/app] ~> exec[reload]";
    assert!(
        wrong.iter().any(|(_, what)| what.starts_with(lost)),
        "{wrong:?}"
    );
    assert!(
        wrong.iter().all(|(class, _)| *class != "undisturbed"),
        "{wrong:?}"
    );
}

/// Rules N1 and P1.
#[test]
fn a_notification_that_is_stored_late_is_found() {
    let wrong = wrong(&explored(Some(Planted::SentLate)));
    assert!(
        wrong.iter().any(|(_, what)| what.starts_with("lost: ")),
        "{wrong:?}"
    );
    assert!(
        wrong.iter().all(|(class, _)| *class != "undisturbed"),
        "{wrong:?}"
    );
}

/// Rule V6.
#[test]
fn a_value_that_is_not_kept_is_found() {
    let wrong = wrong(&explored(Some(Planted::NotKept)));
    let failed = "exec[issue] is failed, and would be right";
    assert!(wrong.iter().any(|(_, what)| what == failed), "{wrong:?}");
    assert!(
        wrong.iter().all(|(class, _)| *class != "undisturbed"),
        "{wrong:?}"
    );
}
