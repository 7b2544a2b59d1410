//! The same story on the simulated machine and on the real one: the same trace, but for its times.
//!
//! Of independent vertices the one that has waited longest goes first (rule O1), which depends on how long others took; so
//! these graphs leave no choice where time would decide.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use support::{Bench, Outcome, PASSWORD, Scratch};
use weft::command::session::WorldName;
use weft::engine::event::{Level, What};
use weft::trace;

/// What happens in a story: a person's order, or what someone else does to a file.
#[derive(Clone, Copy)]
enum Step {
    Order(&'static str),
    Write(&'static str, &'static str),
    Remove(&'static str),
    Chmod(&'static str, u32),
    MakeDir(&'static str),
}

use Step::{Chmod, MakeDir, Order, Remove, Write};

#[test]
fn the_password_graph_tells_the_same() -> Outcome {
    let steps = [
        Order("plan"),
        Order("apply"),
        Order("apply"),
        Chmod("etc/secret", 0o644),
        Order("plan"),
        Order("apply"),
        Write("etc/secret", "damaged"),
        Order("apply"),
        Remove("etc/secret"),
        Order("apply"),
        Order("notify password[pw]"),
        Order("plan"),
        Order("apply"),
        Order("dirty file[{dir}/etc/secret]; apply"),
    ];
    same_story("parity-password", PASSWORD, &steps)
}

#[test]
fn values_templates_and_files_tell_the_same() -> Outcome {
    let graph = "\
resources:
  value:
  - name: port
    value: 8080
  password:
  - name: pw
  template:
  - name: conf
    text: \"port {{ port }}\\nsecret {{ pw }}\\n\"
  file:
  - name: {dir}/etc/app/
    state: exists
    mode: 0750
  - name: {dir}/etc/app/conf
  - name: {dir}/etc/app/link
    target: conf
  - name: {dir}/etc/gone
    state: absent
  print:
  - name: told
    msg: the configuration changed
edges:
- file[{dir}/etc/gone] -> file[{dir}/etc/app/]
- file[{dir}/etc/app/] -> password[pw]
- password[pw] -> value[port]
- file[{dir}/etc/app/conf] -> file[{dir}/etc/app/link]
- file[{dir}/etc/app/link] -> print[told]
- file[{dir}/etc/app/conf] ~> print[told]
bindings:
- value[port].value -> template[conf].vars.port
- password[pw].password -> template[conf].vars.pw
- template[conf].text -> file[{dir}/etc/app/conf].content
";
    let steps = [
        Order("plan"),
        Order("apply"),
        Order("plan"),
        Order("set value[port] value=9090"),
        Order("plan"),
        Order("apply"),
        Write("etc/gone", "back again"),
        Remove("etc/app/link"),
        Order("apply"),
        Order("drop print[told]"),
        Order("apply"),
    ];
    same_story("parity-template", graph, &steps)
}

#[test]
fn commands_tell_the_same() -> Outcome {
    let graph = "\
resources:
  exec:
  - name: version
    cmd: echo 1.2
  - name: asks
    cmd: echo asked
    unless: test -e {dir}/etc/version
  - name: heard
    cmd: cat {dir}/etc/version
    refreshonly: true
  - name: fails
    cmd: \"false\"
  file:
  - name: {dir}/etc/version
  - name: {dir}/etc/never
    content: x
edges:
- exec[asks] -> exec[version]
- file[{dir}/etc/version] ~> exec[heard]
- exec[fails] -> file[{dir}/etc/never]
bindings:
- exec[version].stdout -> file[{dir}/etc/version].content
";
    let steps = [
        Order("plan"),
        Order("apply"),
        Order("apply"),
        Write("etc/version", "damaged"),
        Order("plan"),
        Order("apply"),
        Order("notify exec[heard]"),
        Order("apply"),
    ];
    same_story("parity-exec", graph, &steps)
}

/// Rule L5: what fails, what is held and what is blocked is told alike.
#[test]
fn what_does_not_go_on_tells_the_same() -> Outcome {
    let graph = "\
resources:
  password:
  - name: pw
    meta: {noop: true}
  file:
  - name: {dir}/etc/secret
  - name: {dir}/etc/late/file
    content: x
    meta: {retry: 1, delay: 1ms}
  - name: {dir}/etc/kept
    content: y
    meta: {noop: true}
  noop:
  - name: after
edges:
- file[{dir}/etc/kept] -> password[pw]
- password[pw] -> file[{dir}/etc/late/file]
- file[{dir}/etc/late/file] ~> noop[after]
- file[{dir}/etc/kept] ~> noop[after]
bindings:
- password[pw].password -> file[{dir}/etc/secret].content
";
    let steps = [
        Order("plan"),
        Order("apply"),
        Order("notify noop[after]"),
        Order("plan"),
        Order("apply"),
        Order("cancel noop[after]"),
        MakeDir("etc/late"),
        Order("plan"),
        Order("apply"),
        Order("apply"),
    ];
    same_story("parity-failures", graph, &steps)
}

fn same_story(name: &str, graph: &str, steps: &[Step]) -> Outcome {
    let scratch = Scratch::new(name)?;
    let world = "world: {dirs: [{dir}/etc]}\n";
    let story = format!("weft: 1\n{world}{}", graph.trim_start_matches("weft: 1\n"));
    let mut told = Vec::new();
    for world in [WorldName::Sim, WorldName::Host] {
        let mut bench = Bench::open(&scratch, &story, world, true, 1)?;
        let mut lines = Vec::new();
        for step in steps {
            let code = match step {
                Order(order) => {
                    let order = order.replace("{dir}", &scratch.0.display().to_string());
                    bench.eval(&order)?
                }
                other => outside(&bench, &scratch, *other)?,
            };
            lines.push(format!("{} ends with {code}", step_name(*step)));
            lines.push(
                std::mem::take(&mut bench.front.shown).replace(bench.session.label(), "WORLD"),
            );
        }
        lines.extend(events(&bench));
        told.push(lines.join("\n"));
    }
    let [simulated, real] = &told[..] else {
        return Err("two worlds".into());
    };
    if simulated != real {
        let diff = similar::TextDiff::from_lines(simulated, real);
        let diff = diff.unified_diff().header("simulated", "real").to_string();
        return Err(format!("the worlds differ:\n{diff}").into());
    }
    // A story in which nothing is told would be the same anywhere.
    assert!(real.contains("changed"), "{real}");
    Ok(())
}

fn step_name(step: Step) -> &'static str {
    match step {
        Order(text) | Write(text, _) | Remove(text) | MakeDir(text) | Chmod(text, _) => text,
    }
}

/// The trace without its times, and without the name of the world.
fn events(bench: &Bench) -> Vec<String> {
    let told = bench.session.events().iter();
    told.filter(|event| event.what.level() <= Level::Story)
        .map(|event| {
            let line = trace::line(event);
            let detail = match event.what {
                What::Started { .. } => String::new(),
                _ => line.detail,
            };
            let more = line.more.join("\n");
            format!("{} {} {detail}\n{more}", line.word, line.subject)
        })
        .collect()
}

/// What someone else does, on whichever machine the session acts on.
fn outside(
    bench: &Bench,
    scratch: &Scratch,
    step: Step,
) -> Result<i32, Box<dyn std::error::Error>> {
    let machine = bench.session.machine().map(|sim| sim.outside());
    match (step, machine) {
        (Write(path, text), Some(machine)) => {
            machine.write(&scratch.at(path), text.as_bytes())?;
        }
        (Write(path, text), None) => fs::write(scratch.at(path), text)?,
        (Remove(path), Some(machine)) => drop(machine.remove(&scratch.at(path))?),
        (Remove(path), None) => fs::remove_file(scratch.at(path))?,
        (Chmod(path, mode), Some(machine)) => drop(machine.chmod(&scratch.at(path), mode)?),
        (Chmod(path, mode), None) => {
            fs::set_permissions(scratch.at(path), fs::Permissions::from_mode(mode))?;
        }
        (MakeDir(path), Some(machine)) => drop(machine.make_dir(&scratch.at(path))?),
        (MakeDir(path), None) => fs::create_dir(scratch.at(path))?,
        (Order(_), _) => {}
    }
    Ok(0)
}
