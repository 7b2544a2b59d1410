//! Saving what never stood in a file: a graph or a story that is written anew.

use super::*;

#[test]
fn a_story_is_written_as_it_was_read() {
    let document = good(super::good::STORY);
    let saved = save_new(&TestKinds, &document.graph, document.story.as_ref());
    let read = good(&saved.text);
    assert_eq!(saved.lost, Vec::<String>::new());
    let said = |d: &Document| {
        let story = d.story.clone().unwrap_or_default();
        let texts = |s: &Story| {
            (
                s.steps.iter().map(|x| x.text.clone()).collect::<Vec<_>>(),
                s.expect.iter().map(|x| x.text.clone()).collect::<Vec<_>>(),
            )
        };
        (texts(&story), story.seed, story.world)
    };
    assert_eq!(said(&read), said(&document));
    insta::assert_snapshot!(saved.text, @r##"
weft: 1
graph: x
resources:
  file:
  - name: /a
    content: x
world:
  hostname: web1
  user: anna
  users:
    anna: {uid: 1000}
    ben: {uid: 1001, groups: [adm], home: /srv/ben}
  groups:
    adm: 4
  files:
    /etc/link:
      link: /etc/motd
    /etc/motd:
      content: hello
    /opt/x:
      dir: true
    /srv:
      dir: true
      mode: 0750
      owner: anna
  free: 4096
  read_only: [/usr]
  mounts: [/mnt]
  immutable: [/etc/motd]
  commands:
    nginx -t:
    - status: 1
      stderr: bad
    - status: 0
      duration: 2s
      writes:
        /run/ok: yes
        /run/x: {content: y, mode: 0600}
      removes:
      - /run/old
      svc:
        nginx.service: running
    uname:
    - status: 0
      stdout: Linux
  http:
    https://example.org/:
      status: 200
      body: hi
    https://example.org/slow:
      status: 503
      duration: 3s
      fault: hang
  services:
    nginx.service:
      state: running
      startup: disabled
    ssh.service:
      state: {failed: timeout, status: 2}
      startup: enabled
      starts: {fails: 1}
  faults:
  - {call: put, on: /a, what: no-space}
seed: 7
steps:
- apply
- sim write /a y
expect:
- /a ok
- file[/a] changed 2
- /a.content = x
- /a has "x y"
- /etc/motd mode 644
- /gone absent
- exit 0
"##);
}

#[test]
fn a_lesson_is_written_as_it_was_read_and_kept() {
    let document = good(super::good::LESSON);
    let lesson = |document: &Document| {
        let lesson = document.story.as_ref()?.lesson.as_ref()?;
        let checks = lesson.check.iter();
        let checks = checks.map(|check| (check.expect.text.clone(), check.hint.clone()));
        let texts = |steps: &[Step]| {
            steps
                .iter()
                .map(|step| step.text.clone())
                .collect::<Vec<_>>()
        };
        Some((
            [&lesson.title, &lesson.text, &lesson.goal].map(Clone::clone),
            checks.collect::<Vec<_>>(),
            lesson.hints.clone(),
            [&lesson.par, &lesson.wrong, &lesson.other].map(|steps| texts(steps)),
        ))
    };
    let new = save_new(&TestKinds, &document.graph, document.story.as_ref());
    assert_eq!(new.lost, Vec::<String>::new());
    assert_eq!(lesson(&good(&new.text)), lesson(&document), "{}", new.text);
    // Where only the graph changed, it keeps its bytes.
    let mut draft = document.graph.edit();
    let added = draft.add(&TestKinds, Key::new("noop", "more"), Default::default());
    assert!(added.is_ok());
    let saved = save(&document, draft.graph(), &TestKinds);
    let (_, was) = super::good::LESSON
        .split_once("lesson:")
        .unwrap_or_default();
    assert!(
        saved.text.ends_with(was) && saved.lost.is_empty(),
        "{}",
        saved.text
    );
    assert_eq!(going_on(&document, 0, &[]).text, super::good::LESSON);
}

/// With so many of its own steps, and these after them.
fn going_on(document: &Document, played: usize, more: &[String]) -> Saved {
    let goes = GoesOn {
        seed: 0,
        played,
        more,
        holds: &[],
    };
    save_story(document, &goes, &TestKinds)
}

/// What a learner did comes after what a learner finds: that is a story, and no lesson.
#[test]
fn a_lesson_that_goes_on_is_a_story() {
    let document = good(super::good::LESSON);
    let saved = going_on(&document, 0, &["apply".to_owned()]);
    assert_eq!(saved.lost, ["the lesson `A first one`"]);
    let story = good(&saved.text).story.unwrap_or_default();
    assert!(story.lesson.is_none(), "{}", saved.text);
    let steps: Vec<String> = story.steps.into_iter().map(|step| step.text).collect();
    assert_eq!(steps, ["apply"]);
}

#[test]
fn an_empty_story_stays_a_story() {
    let graph = good("graph: g").graph;
    let saved = save_new(&TestKinds, &graph, Some(&Story::default()));
    assert_eq!(good(&saved.text).story, Some(Story::default()));
}
