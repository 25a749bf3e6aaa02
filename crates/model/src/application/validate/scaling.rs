//! How many pods, where that is not fixed: one owner of the number, and nothing in the way.

use super::Check;
use super::codes::{SCALING, SCALING_AND_REPLICAS};
use crate::application::{Component, DataMeaning, Kind, Scaling};
use crate::diagnostic::Diagnostic;
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for component in &application.components {
        if let Some(scaling) = &component.fields.scaling {
            let path = component.field("scaling");
            numbers(check, &path, scaling);
            one_owner(check, component, &path);
            kind(check, component, &path);
            if scaling.to_zero.is_none() {
                writers(check, component, &path);
            }
        }
    }
    woken(check);
}

fn numbers(check: &mut Check<'_>, path: &FieldPath, scaling: &Scaling) {
    let Scaling {
        min,
        max,
        cpu,
        memory,
        to_zero,
    } = scaling;
    let by_load = [
        ("min", min.is_some()),
        ("max", max.is_some()),
        ("cpu", cpu.is_some()),
        ("memory", memory.is_some()),
    ];
    let mut by_load = by_load.iter().filter(|(_, is)| *is);
    match (to_zero, by_load.next(), max) {
        (Some(_), Some((key, _)), _) => {
            let message = format!("`{path}` goes by requests (`toZero`) and by load (`{key}`)");
            check.error_at_key(SCALING, &path.key(*key), message, "keep one of them");
        }
        (None, _, None) => {
            let message = format!("`{path}` does not say how many pods there may be");
            check.error_at_key(
                SCALING,
                path,
                message,
                "add `max`, or `toZero: { after: … }`",
            );
        }
        _ => {}
    }
    let least = min.unwrap_or(1);
    if least == 0 {
        let message = format!("`{path}.min` is 0");
        check.error(
            SCALING,
            &path.key("min"),
            message,
            "write `toZero: { after: … }` instead",
        );
    }
    if let Some(most) = max.filter(|most| *most < least) {
        let message = format!("`{path}.max` ({most}) is below `min` ({least})");
        check.error(
            SCALING,
            &path.key("max"),
            message,
            format!("write at least `{least}`"),
        );
    }
    for (key, percent) in [("cpu", cpu), ("memory", memory)] {
        if percent.is_some_and(|percent| percent == 0 || percent > 1000) {
            let message = format!("`{path}.{key}` must be between 1 and 1000 percent");
            check.error(SCALING, &path.key(key), message, "write `80`");
        }
    }
}

fn one_owner(check: &mut Check<'_>, component: &Component, path: &FieldPath) {
    let application = check.application;
    let fields = &application.fields;
    let spread = fields.availability.as_ref();
    let spread = spread.and_then(|availability| availability.replicas);
    let place = match (component.fields.replicas, spread) {
        (Some(_), _) => component.field("replicas"),
        (None, Some(_)) => application.field("availability").key("replicas"),
        (None, None) => return,
    };
    let message = format!("the number of pods of `{}` has two owners", component.name);
    let tree = &application.tree;
    let finding = Diagnostic::error(SCALING_AND_REPLICAS, message)
        .at(tree.key_span_at(&place))
        .label(tree.key_span_at(path), "the other");
    check.report.push(finding.help("remove one of the two"));
}

fn kind(check: &mut Check<'_>, component: &Component, path: &FieldPath) {
    if component.fields.kind == Some(Kind::Daemon) {
        let message = format!(
            "`{}` has one pod on every node, no more and no less",
            component.name
        );
        check.error_at_key(SCALING, path, message, "remove it, or `kind: daemon`");
    }
}

/// More than one pod needs a volume that more than one may write to.
fn writers(check: &mut Check<'_>, component: &Component, path: &FieldPath) {
    let application = check.application;
    let own = component.fields.kind == Some(Kind::Stateful);
    let volumes = component.volumes();
    let single = volumes.iter().find(|(_, _, volume)| {
        let shared = application.declared(volume).data == Some(DataMeaning::Shared);
        !own && !shared && volume.read_only != Some(true)
    });
    if let Some((_, volume, _)) = single {
        let message = format!(
            "`{}` may get several pods and has a volume with a single writer",
            component.name
        );
        let tree = &application.tree;
        let finding = Diagnostic::error(super::codes::SEVERAL_WRITERS, message)
            .at(tree.key_span_at(path))
            .label(tree.key_span_at(volume), "the volume");
        let help = "use `kind: stateful`, `data: shared`, or `toZero`";
        check.report.push(finding.help(help));
    }
}

/// What sleeps is woken up by a request, so that something must be asked.
fn woken(check: &mut Check<'_>) {
    let application = check.application;
    let sleeps = |component: &&Component| {
        let scaling = component.fields.scaling.as_ref();
        scaling.is_some_and(|scaling| scaling.to_zero.is_some())
    };
    let mut sleeping = application.components.iter().filter(sleeps);
    let Some(first) = sleeping.next() else { return };
    let routes = application.fields.ingress.iter();
    let mut woken = routes.filter_map(|route| application.component_of(route));
    if !woken.any(|component| sleeps(&component)) {
        let path = first.field("scaling").key("toZero");
        let message = format!(
            "nothing wakes `{}` up: no route leads to what sleeps",
            first.name
        );
        check.error_at_key(
            SCALING,
            &path,
            message,
            "add a route under `ingress`, or `parked: { why: … }`",
        );
    }
}
