//! Where a file is wrong: at the value that is, in the file that writes it.

use super::*;
use insta::assert_snapshot;

fn problems(text: &str) -> String {
    let mut used = |_: &Path| Ok(b"resources:\n  timer:\n  - name: t\n    interval: 0s\n".to_vec());
    let read = file::parse(Path::new("x.yaml"), text, &Kinds, &mut used);
    read.err().map_or(String::new(), |why| why.to_string())
}

/// What a kind says of its params stands at their values; of two that do not go together at the later one.
#[test]
fn what_a_kind_refuses_is_told_at_the_value() {
    let text = "resources:
  exec:
  - name: a
    cmd: echo 'x
  - name: b
    cmd: 'true'
    onlyif: a | b
  - {name: c, cmd: 'true', timeout: 0s}
  - name: d
    cmd: 'true'
    env:
      A: \"\\0\"
  file:
  - name: /x
    validate: 'false'
    content: x
  - name: /y
    state: absent
    mode: 0644
  - name: /z
    content: x
    source: /etc/motd
  - name: \"/a\\0b\"
  http:
  - name: h
    url: gopher://x
  - {name: http://x/, headers: {'a b': c}, sha256: ab}
  password:
  - {name: p, length: 0}
  - {name: q, alphabet: 'chars:a'}
  svc:
  - name: a@
  template:
  - name: t
    text: '{{ x'
  timer: [{name: t, interval: 0s}]
  value: [{name: v, format: x, value: 1}]
";
    assert_snapshot!(problems(text), @r##"
    x.yaml:4:10: exec[a]: cmd: the quote ' at character 6 is never closed
    x.yaml:7:13: exec[b]: onlyif: `|` at character 3 means something to a shell, and no shell runs this: put `shell: /bin/sh` beside it, or put `|` into single quotes
    x.yaml:8:37: exec[c]: timeout: expected 1ms or more, found 0s
    x.yaml:12:10: exec[d]: env.A: holds a NUL byte, which no variable can
    x.yaml:15:15: file[/x]: validate: there is no `{}` in it for the new file's path to stand at
    x.yaml:18:12: file[/y]: state: what should be absent has no mode, owner or group; unset them, or state
    x.yaml:22:13: file[/z]: content, source: only one of them can be given
    x.yaml:23:11: file[/a\u{0}b]: path: "/a\u{0}b" holds a zero byte, which no path can
    x.yaml:26:10: http[h]: url: expected http://… or https://…, found `gopher://x`
    x.yaml:27:52: http[http://x/]: sha256: expected 64 hexadecimal digits
    x.yaml:29:23: password[p]: length: expected 1 to 4096, found 0
    x.yaml:30:25: password[q]: alphabet: needs at least two characters
    x.yaml:32:11: svc[a@]: unit: `a@.service` is a template; name an instance of it (`a@NAME.service`)
    x.yaml:35:11: template[t]: text: the template, line 1: syntax error: unexpected end of input, expected end of variable block
    x.yaml:36:31: timer[t]: interval: expected 100ms or more, found 0s
    x.yaml:37:29: value[v]: format: there is no `{}` in it for the value to stand at
    "##);
    let text = "use: used.yaml\nresources:\n  noop: [{name: n}]\n";
    assert_snapshot!(problems(text), @"used.yaml:4:15: timer[t]: interval: expected 100ms or more, found 0s");
    let text = "use: used.yaml\nresources:\n  timer:\n  - {name: t, interval: 1ms}\n";
    assert_snapshot!(problems(text), @"x.yaml:4:25: timer[t]: interval: expected 100ms or more, found 1ms");
}
