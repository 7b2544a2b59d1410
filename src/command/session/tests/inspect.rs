//! What is on the machine, as vertices.

use super::{STORY, open, say};
use insta::assert_snapshot;

#[test]
fn what_is_there_becomes_a_vertex() {
    let (mut session, mut front) = open(STORY);
    let lines = [
        "inspect file /etc/motd",
        "inspect file /etc/motd",
        "show /etc/motd",
        "inspect file /tmp",
        "plan /etc/motd",
        "undo",
    ];
    assert_snapshot!(say(&mut session, &mut front, &lines), @r"
    > inspect file /etc/motd
    added file[/etc/motd], as it is on the simulated machine
      add file[/etc/motd] content=••• group=root mode=0640 owner=root
    > inspect file /etc/motd
    file[/etc/motd] says already what is on the simulated machine
    > show /etc/motd
    file[/etc/motd]  new  dirty
      content  •••
      group    root
      mode     0640
      owner    root
    > inspect file /tmp
    added file[/tmp], as it is on the simulated machine
      add file[/tmp] group=root mode=1777 owner=root path=/tmp/
    > plan /etc/motd
    plan for sim, seed 1
    nothing to do: 1 resource as wanted
    > undo
    undid: inspect file[/tmp]
    ");
    assert_snapshot!(say(&mut session, &mut front, &["inspect file /etc/none"]), @r"
    > inspect file /etc/none
    error: nothing is on the simulated machine that file[/etc/none] could describe
      hint: a file, directory, link, service or page can be inspected; `add` makes any vertex
    ");
    assert_snapshot!(say(&mut session, &mut front, &["inspect noop bystander"]), @r"
    > inspect noop bystander
    error: nothing is on the simulated machine that noop[bystander] could describe
      hint: a file, directory, link, service or page can be inspected; `add` makes any vertex
    ");
}

#[test]
fn a_vertex_that_is_there_gets_what_it_does_not_receive() {
    let (mut session, mut front) = open(STORY);
    say(&mut session, &mut front, &["apply", "set secret mode=0644"]);
    assert_snapshot!(say(&mut session, &mut front, &["inspect file /tmp/secret", "show secret"]), @r"
    > inspect file /tmp/secret
    updated file[/tmp/secret], as it is on the simulated machine
      set file[/tmp/secret] group=root mode=0600 owner=root
    > show secret
    file[/tmp/secret]  waiting  for the next run  dirty
      group    root
      mode     0600
      owner    root
      content  from password[pw].password: •••
      after    password[pw] by a binding
      before   noop[bystander] ~>, notifies
      sends    content = •••
      sends    path = /tmp/secret
      sends    sha256 = •••
    ");
}
