//! The file kind by rows: the world before, what is wanted, the drifts in words, the world after.

mod forced;
mod refused;
mod shown;
mod stale;

use crate::kind::stage::{Stage, Vertex};
use crate::value::Action;

/// Plays each row, looks again, and finds nothing left to do.
fn play(rows: &[(&str, &str, &str, &str)]) {
    for (before, line, drifts, after) in rows {
        let world = Stage::of(before);
        let bench = Vertex::of(&world, line);
        assert_eq!(bench.validate(&[]), Ok(()), "{line}");
        // A plan says the same, and leaves no trace (rules L1, L3, L4).
        let (was, overlay) = (world.lines("/"), world.overlay());
        let plan = Vertex {
            world: &overlay,
            plan: true,
            ..Vertex::of(&world, line)
        };
        let planned = plan.mend().map(|lines| lines.join("; "));
        assert_eq!(
            planned.as_deref(),
            Ok(*drifts),
            "plan of {line}\nover\n{before}"
        );
        assert_eq!(world.lines("/"), was, "plan of {line}");
        let found = bench.mend().map(|lines| lines.join("; "));
        assert_eq!(found.as_deref(), Ok(*drifts), "{line}\nover\n{before}");
        let after: Vec<&str> = after.lines().map(str::trim).collect();
        let there: Vec<String> = world.lines("/srv").lines().map(str::to_owned).collect();
        assert_eq!(there, after, "{line}\nover\n{before}");
        let again = bench.check().map(|checked| checked.findings.len());
        assert_eq!(again, Ok(0), "{line}\nover\n{before}");
    }
}

#[test]
fn files_are_made_and_mended() {
    play(&[
        (
            "/srv/ 0755",
            "file /srv/a content=hi\\n",
            "missing, should be a file with mode 0644",
            "/srv/a 0644 root = hi\\n",
        ),
        (
            "/srv/a 0640 www = hi\\n",
            "file /srv/a content=hi\\n",
            "",
            "/srv/a 0640 www = hi\\n",
        ),
        (
            "/srv/a 0644 www = one\\ntwo\\n",
            "file /srv/a content=one\\nthree\\n mode=0600 owner=user",
            "content differs (•••); owner www, should be user; mode 0644, should be 0600",
            "/srv/a 0600 user = one\\nthree\\n",
        ),
        (
            "/srv/a 0755 www = old",
            "file /srv/a content=new mode=go-x",
            "content differs (+1 -1 lines); mode 0755, should be 0744",
            "/srv/a 0744 www = new",
        ),
        (
            "/srv/ 0755",
            "file /srv/a",
            "missing, should be a file with mode 0644",
            "/srv/a 0644 root =",
        ),
        (
            "/srv/a 0644 = keep",
            "file /srv/a mode=0600",
            "mode 0644, should be 0600",
            "/srv/a 0600 root = keep",
        ),
        (
            "/srv/a 0644 = old\n/b/src 0644 = copy",
            "file /srv/a source=/b/src",
            "content differs (+1 -1 lines)",
            "/srv/a 0644 root = copy",
        ),
        (
            "/srv/ 0755\n/b/src 0600 = copy",
            "file /srv/a source=/b/src",
            "missing, should be a file with mode 0600",
            "/srv/a 0600 root = copy",
        ),
        (
            "/srv/a = gone",
            "file /srv/a state=absent",
            "is there (a file), should be absent",
            "",
        ),
        ("/srv/ 0755", "file /srv/a state=absent", "", ""),
    ]);
}

/// Else whoever can write to a directory that root manages would get a program that acts as root.
#[test]
fn a_file_given_to_another_owner_keeps_no_power_of_the_old_one() {
    play(&[
        (
            "/srv/t/x 6755 www = theirs",
            "file /srv/t/ recurse=true owner=root",
            "x: owner www, should be root",
            "/srv/t/ 0755 root\n/srv/t/x 0755 root = theirs",
        ),
        (
            "/srv/t/x 4777 www = theirs",
            "file /srv/t/ recurse=true owner=root mode=go-w",
            "x: owner www, should be root; x: mode 4777, should be 4755",
            "/srv/t/ 0755 root\n/srv/t/x 0755 root = theirs",
        ),
        (
            "/srv/a 4755 www = old",
            "file /srv/a content=new owner=root",
            "content differs (+1 -1 lines); owner www, should be root",
            "/srv/a 0755 root = new",
        ),
        (
            "/srv/a 4755 www = old",
            "file /srv/a owner=root mode=4755",
            "owner www, should be root",
            "/srv/a 4755 root = old",
        ),
        (
            "/srv/a 4755 = old",
            "file /srv/a content=new owner=root",
            "content differs (+1 -1 lines)",
            "/srv/a 4755 root = new",
        ),
    ]);
}

/// Of what is neither file nor directory only the attributes are managed.
#[test]
fn a_pipe_keeps_its_nature() {
    play(&[
        (
            "/srv/pipe | 0644",
            "file /srv/pipe mode=0600 owner=www",
            "owner root, should be www; mode 0644, should be 0600",
            "/srv/pipe | 0600 www",
        ),
        (
            "/srv/pipe | 0644",
            "file /srv/pipe state=absent force=true",
            "is there (a device, socket or pipe), should be absent",
            "",
        ),
    ]);
}

#[test]
fn a_secret_closes_its_file() {
    play(&[
        (
            "/srv/ 0755",
            "file /srv/a content=secret:hunter2",
            "missing, should be a file with mode 0600",
            "/srv/a 0600 root = hunter2",
        ),
        (
            "/srv/a 0645 = hunter2",
            "file /srv/a content=secret:hunter2",
            "mode 0645, should be 0640 (it holds a secret)",
            "/srv/a 0640 root = hunter2",
        ),
        (
            "/srv/a 0644 = hunter1",
            "file /srv/a content=secret:hunter2 mode=0644",
            "content differs (•••)",
            "/srv/a 0644 root = hunter2",
        ),
    ]);
}

#[test]
fn directories_and_links_are_made_and_mended() {
    play(&[
        (
            "/srv/ 0755",
            "file /srv/d/ owner=www",
            "missing, should be a directory with mode 0755, owner www",
            "/srv/d/ 0755 www",
        ),
        (
            "/srv/d/ 0755",
            "file /srv/d/ mode=0700",
            "mode 0755, should be 0700",
            "/srv/d/ 0700 root",
        ),
        (
            "/srv/ 0755",
            "file /srv/l target=a",
            "missing, should be a link to a",
            "/srv/l -> a",
        ),
        (
            "/srv/l -> b",
            "file /srv/l target=a",
            "points to b, should point to a",
            "/srv/l -> a",
        ),
        (
            "/srv/l = text",
            "file /srv/l target=a force=true",
            "is a file, should be a link to a",
            "/srv/l -> a",
        ),
        (
            "/srv/d/x = text",
            "file /srv/d content=hi force=true",
            "is a directory, should be a file with mode 0644",
            "/srv/d 0644 root = hi",
        ),
        (
            "/srv/d = text",
            "file /srv/d/ force=true",
            "is a file, should be a directory with mode 0755",
            "/srv/d/ 0755 root",
        ),
        (
            "/srv/d/x/y = text",
            "file /srv/d/ state=absent recurse=true",
            "is there (a directory with 2 below it), should be absent",
            "",
        ),
    ]);
}

/// A plan makes its marks of that. What only goes below a directory is removed, and what is made there changes it.
#[test]
fn drifts_say_what_mending_them_does() {
    for (world, line, does) in [
        ("/srv/ 0755", "file /srv/a content=x", Action::Add),
        ("/srv/a = y", "file /srv/a content=x", Action::Change),
        ("/srv/a = y", "file /srv/a state=absent", Action::Remove),
        (
            "/b/s/x = 1\n/srv/t/x = 1\n/srv/t/w = 4",
            "file /srv/t/ source=/b/s recurse=true purge=true",
            Action::Remove,
        ),
        (
            "/b/s/x = 1\n/srv/t/ 0755",
            "file /srv/t/ source=/b/s recurse=true",
            Action::Change,
        ),
    ] {
        let stage = Stage::of(world);
        let checked = Vertex::of(&stage, line).check().expect("it is checked");
        let found: Vec<Action> = checked.findings.iter().map(|found| found.action).collect();
        assert_eq!(found, [does], "{line}");
    }
}

#[test]
fn trees_are_copied_and_purged() {
    play(&[
        (
            "/b/s/x = 1\n/b/s/d/y = 2\n/b/s/l -> x\n/srv/ 0755",
            "file /srv/t/ source=/b/s recurse=true",
            "missing, should be a directory with mode 0755; d: missing, should be a directory with mode 0755; d/y: missing, \
             should be a file with mode 0644; l: missing, should be a link to x; x: missing, should be a file with mode 0644",
            "/srv/t/ 0755 root\n/srv/t/d/ 0755 root\n/srv/t/d/y 0644 root = 2\n/srv/t/l -> x\n/srv/t/x 0644 root = 1",
        ),
        (
            "/b/s/x = 1\n/srv/t/x = 0\n/srv/t/o/z = 3\n/srv/t/w = 4",
            "file /srv/t/ source=/b/s recurse=true purge=true mode=0640",
            "mode 0755, should be 0750; x: content differs (•••); x: mode 0644, should be 0640; 3 paths that the source does \
             not hold, should be absent",
            "/srv/t/ 0750 root\n/srv/t/x 0640 root = 1",
        ),
        (
            "/b/s/x = 1\n/srv/t/x/deep = 0",
            "file /srv/t/ source=/b/s recurse=true purge=true force=true",
            "x: is a directory, should be a file with mode 0644",
            "/srv/t/ 0755 root\n/srv/t/x 0644 root = 1",
        ),
        (
            "/srv/t/x = 1\n/srv/t/d/y 0600 www = 2",
            "file /srv/t/ recurse=true owner=www",
            "owner root, should be www; d: owner root, should be www; x: owner root, should be www",
            "/srv/t/ 0755 www\n/srv/t/d/ 0755 www\n/srv/t/d/y 0600 www = 2\n/srv/t/x 0644 www = 1",
        ),
    ]);
}

#[test]
fn a_link_is_written_through_only_where_nobody_else_could_have_put_it() {
    let rows = [
        (
            "/srv/real = old\n/srv/a -> real",
            "written through to /srv/real",
            "/srv/a -> real",
        ),
        (
            "/srv/a -> /srv/new/../real",
            "written through to /srv/real",
            "/srv/a -> /srv/new/../real",
        ),
        (
            "/srv/open/ 1777\n/srv/open/real = old\n/srv/a -> open/real",
            "others may write to a directory on the way",
            "/srv/a 0644 root = new",
        ),
        (
            "/srv/theirs/ 0755 www\n/srv/theirs/real = old\n/srv/a -> theirs/real",
            "a directory on the way is another user's",
            "/srv/a 0644 root = new",
        ),
    ];
    for (before, note, after) in rows {
        let world = Stage::of(before);
        let bench = Vertex::of(&world, "file /srv/a content=new");
        let checked = bench.check().unwrap();
        assert!(
            checked.notes[0].contains(note),
            "{before}: {:?}",
            checked.notes
        );
        bench.apply(&checked).unwrap();
        assert!(
            world.lines("/srv/a").starts_with(after),
            "{before}\n{}",
            world.lines("/srv")
        );
        assert_eq!(bench.check().unwrap().findings, [], "{before}");
    }
    let world = Stage::of("/srv/real = old\n/srv/a -> real www");
    let checked = Vertex::of(&world, "file /srv/a content=new")
        .check()
        .unwrap();
    assert!(checked.notes[0].contains("a link on the way is another user's"));
}

#[test]
fn a_file_that_is_right_costs_one_stat_and_one_read() {
    let world = Stage::of("/srv/a = hi");
    let mut bench = Vertex::of(&world, "file /srv/a content=hi");
    bench.memo = bench.check().unwrap().memo;
    let (stats, reads) = (world.count("stat"), world.count("read"));
    assert_eq!((stats, reads), (1, 1));
    bench.check().unwrap();
    assert_eq!((world.count("stat"), world.count("read")), (2, 2));
    // Content, mode and owner go by one put (rule C1).
    let world = Stage::of("/srv/a = hi");
    Vertex::of(&world, "file /srv/a content=ho mode=0600 owner=www")
        .mend()
        .unwrap();
    let calls = ["put", "set_mode", "set_owner"].map(|call| world.count(call));
    assert_eq!(calls, [1, 0, 0]);
}
