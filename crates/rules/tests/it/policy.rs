//! The estate's own rules: what they find, and what is found wrong with them.

use std::fmt::Write;

use jiff::civil::date;
use steading_model::load::InputFile;
use steading_rules::policy::{Exported, Grounds};

use crate::world::{ESTATE, TODAY, World};

const APPLICATION: &str = "\
apiVersion: steading.dev/v1
kind: Application
metadata: { name: shop }
spec:
  description: A shop
  image: ghcr.io/example/shop:1.0
  port: 8080
  health: { path: /healthz }
  resources: { cpu: 10m, memory: 16Mi }
  replicas: 4
  tier: aux
";

const OBJECTS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: prod-shop
  labels: { app.kubernetes.io/name: shop, steading.dev/environment: prod }
spec:
  replicas: 4
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: shop
          image: ghcr.io/example/shop:latest
          resources: { limits: { memory: 2Gi } }
---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: prod-shop, labels: { steading.dev/environment: prod } }
spec:
  ports: [{ port: 80, targetPort: http }]
";

fn world(rule: &str, more: &str) -> World {
    let application = format!("{APPLICATION}{more}environments: {{ prod: {{}} }}\n");
    World::of_files(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::declaration("application.yaml", application),
        InputFile::new("policies/rule.yaml", rule),
    ])
    .with_objects(OBJECTS)
}

/// Returns a rule over Deployments with one expression.
fn rule(expression: &str) -> String {
    format!(
        "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: {{ name: own }}\nspec:\n  why: a test of rules\n  \
         match: {{ objects: {{ kinds: [apps/v1/Deployment] }} }}\n  validations:\n    - expression: >-\n        {expression}\n      \
         message: not as wanted\n"
    )
}

/// Returns the findings about the estate's own rules.
fn findings(world: &World) -> String {
    let all = world.findings();
    let mut ours = String::new();
    let mut keep = false;
    for line in all.lines() {
        if !line.starts_with(' ') {
            keep = line.contains(": ST49") || line.contains("waiver") || line.contains("`own`");
        }
        if keep {
            writeln!(ours, "{line}").unwrap();
        }
    }
    ours
}

fn finds(expression: &str) -> String {
    findings(&world(&rule(expression), ""))
}

#[test]
fn what_does_not_hold_is_found_where_it_was_declared() {
    let found = finds("object.spec.replicas <= 3");
    assert_eq!(
        found,
        "application.yaml:1:1: ST4900 Error: not as wanted (`own`): Deployment prod-shop/shop\n  \
         see policies/rule.yaml:9:9: why: a test of rules\n"
    );
    assert_eq!(finds("object.spec.replicas <= 4"), "");
}

#[test]
fn expressions_are_evaluated_as_the_api_server_does() {
    for (expression, holds) in [
        (
            "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))",
            false,
        ),
        (
            "object.spec.template.spec.containers.exists(c, c.image.matches('^ghcr[.]io/'))",
            true,
        ),
        // Errors within a loop count only where nothing else decides.
        (
            "object.spec.template.spec.containers.exists(c, c.?env.hasValue() || c.name == 'shop')",
            true,
        ),
        ("[1, 0].exists(x, 1 / x == 1)", true),
        ("[0, 1].all(x, 1 / x == 2)", false),
        (
            "quantity(object.spec.template.spec.containers[0].resources.limits.memory).isLessThan(quantity('3Gi'))",
            true,
        ),
        (
            "object.metadata.labels['app.kubernetes.io/name'] == 'shop'",
            true,
        ),
        ("'steading.dev/team' in object.metadata.labels", false),
        (
            "object.metadata.?labels[?'steading.dev/team'].orValue('none') == 'none'",
            true,
        ),
        (
            "has(object.spec.template.spec.hostNetwork) && object.spec.template.spec.hostNetwork",
            false,
        ),
        (
            "!has(object.spec.template.spec.volumes) || object.spec.template.spec.volumes.all(v, !has(v.hostPath))",
            true,
        ),
        ("environment == 'prod' && estate == 'fixture'", true),
        (
            "object.spec.replicas == 4.0 && object.spec.replicas in [4u] && 3.5 < object.spec.replicas",
            true,
        ),
        (
            "object.spec.template.spec.containers.map(c, c.name) == ['shop']",
            true,
        ),
        (
            "object.spec.template.spec.containers.filter(c, c.name == 'x').size() == 0",
            true,
        ),
        (
            "object.spec.template.spec.containers.exists_one(c, c.name == 'shop')",
            true,
        ),
        ("object.metadata.labels.all(key, key.contains('/'))", true),
        (
            "object.spec.replicas > 3 ? object.metadata.namespace == 'prod-shop' : false",
            true,
        ),
        (
            "{'a': 1, ?'b': object.metadata.?labels[?'x']}.size() == 1",
            true,
        ),
        (
            "[1, 2] + [3] == [1, 2, 3] && -object.spec.replicas == -4 && 7 % 4 == 3",
            true,
        ),
        ("size('äöü') == 3", true),
        (
            "'%s has %d'.format([object.metadata.name, object.spec.replicas]) == 'shop has 4'",
            true,
        ),
        (
            "[object.spec.template.spec.containers, object.spec.template.spec.containers].map(l, l.size()).sum() == 2",
            true,
        ),
    ] {
        let expected = if holds { "" } else { "not as wanted" };
        let found = finds(expression);
        assert!(
            found.contains(expected) && (!holds || found.is_empty()),
            "`{expression}` gives: {found}"
        );
    }
}

#[test]
fn what_cannot_be_evaluated_is_refused() {
    for (expression, problem) in [
        (
            "object.spec.minReadySeconds < 3",
            "there is no `minReadySeconds`",
        ),
        (
            "object.spec.template.spec.containers[3].name == ''",
            "the list has no place 3",
        ),
        (
            "object.spec.replicas < 'a'",
            "a number cannot be compared to text",
        ),
        (
            "quantity(object.metadata.name) == quantity('1')",
            "`quantity` does not take the value",
        ),
        ("object.spec.replicas / 0 == 1", "a division by zero"),
        (
            "object.metadata.name.size() + 'a' == 1",
            "`+` does not take the value",
        ),
        (
            "object.metadata.labels.map(a, object.metadata.labels.map(b, 'abcdefghijklmnopqrstuvwxyz'.split('').map(c, 'abcdefghijklmnopqrstuvwxyz'.split('').map(d, 'abcdefghijklmnopqrstuvwxyz'.split('').map(e, 'abcdefghijklmnopqrstuvwxyz'.split('')))))).size() == 2",
            "it takes too many steps",
        ),
    ] {
        let found = finds(expression);
        let expected = format!("`own` cannot be evaluated, {problem}: Deployment prod-shop/shop");
        assert!(found.contains(&expected), "`{expression}` gives: {found}");
        assert!(
            found.contains("see policies/rule.yaml:9:9: in this expression"),
            "{found}"
        );
    }
}

#[test]
fn mistakes_are_found_where_they_were_written() {
    for (expression, finding) in [
        (
            "object.spec.replicas <= ",
            "9:32: ST4901 Error: the expression cannot be read: it ends too early",
        ),
        (
            "object.spec.replicas = 3",
            "9:30: ST4901 Error: the expression cannot be read: `= ` is out of place",
        ),
        (
            "objekt.spec.replicas <= 3",
            "9:9: ST4902 Error: there is no variable `objekt`\n  help: did you mean `object`?",
        ),
        (
            "object.spec.replicas <= 3 && oldObject == null",
            "9:38: ST4902 Error: there is no variable `oldObject`",
        ),
        (
            "object.metadata.name.startswith('a')",
            "9:30: ST4902 Error: there is no function `startswith`\n  help: did you mean `startsWith`?",
        ),
        (
            "startsWith(object.metadata.name, 'a')",
            "9:9: ST4902 Error: `startsWith` is not called like this",
        ),
        (
            "object.metadata.name.startsWith()",
            "9:30: ST4902 Error: `startsWith` is not called like this",
        ),
        (
            "object.spec.replica <= 3",
            "9:21: ST4903 Error: `apps/v1/Deployment` has no field `replica` there\n  help: did you mean `replicas`?",
        ),
        (
            "!has(object.spec.template.spec.hostNetwrok)",
            "9:40: ST4903 Error: `apps/v1/Deployment` has no field `hostNetwrok` there",
        ),
        (
            "object.spec.template.spec.containers.all(c, c.img != '')",
            "9:55: ST4903 Error: `apps/v1/Deployment` has no field `img` there",
        ),
        (
            "object.spec.template.spec.containers.filter(c, c.name == 'a').all(c, c.imag != '')",
            "`imag`",
        ),
        (
            "object.metadata.name.matches('[')",
            "9:30: ST4901 Error: `matches` does not take the value",
        ),
        (
            "quantity('10 GB') == quantity('1')",
            "9:9: ST4901 Error: `quantity` does not take the value",
        ),
        (
            "type(object.spec.replicas) == int",
            "9:9: ST4908 Error: `type` is not known to rules",
        ),
        (
            "cel.bind(x, 1, x == 1)",
            "ST4908 Error: `bind` is not known to rules",
        ),
        (
            "object.spec.template.spec.containers.all(i, c, c.name != '')",
            "ST4908 Error: `all` is not known to rules in this form",
        ),
        (
            "object.metadata.labels.all(environment, environment != '')",
            "ST4908 Error: `environment` is the name of something else",
        ),
        (
            "object.spec.paused",
            "9:9: ST4908 Error: the value must be a boolean, and for all that is known it is anything\n  help: compare it: `… == true`",
        ),
        (
            "object.metadata.name.size() == '3'",
            "9:9: ST4908 Error: a whole number is never equal to text",
        ),
        (
            "variables.x == 1",
            "9:19: ST4902 Error: there is no variable `x` before this expression",
        ),
        (
            "authorizer.group('').resource('pods').check('create').allowed()",
            "ST4908 Error: `authorizer` is not known to rules",
        ),
    ] {
        let found = finds(expression);
        assert!(found.contains(finding), "`{expression}` gives: {found}");
        assert!(found.starts_with("policies/rule.yaml:"), "{found}");
    }
    let long = finds(&format!("'{}' == ''", "a".repeat(9000)));
    assert!(
        long.contains("ST4905 Error: the expression is longer than 4 KiB"),
        "{long}"
    );
}

#[test]
fn parts_of_a_rule_that_do_not_fit_are_found() {
    let rule = "apiVersion: steading.dev/v1
kind: Rule
metadata: { name: floating-tag }
spec:
  why: a test of rules
  match:
    objects: { kinds: [v1/Secret, apps/v1/Deploymnt, v1/Namespace], namespaces: [a], environments: [prd] }
  variables:
    - { name: object, expression: '1' }
    - { name: a-b, expression: '1' }
    - { name: a, expression: '1' }
    - { name: a, expression: variables.b }
  validations:
    - { expression: 'true' }
    - { expression: 'true', message: \"two\\nlines\", messageExpression: object.kind }
";
    same(
        &findings(&world(rule, "")),
        "policies/rule.yaml:3:19: ST4907 Error: `floating-tag` is the name of a built-in rule
  help: give it another name; `steading rules floating-tag` shows what that one checks
policies/rule.yaml:7:35: ST4906 Error: there is no kind `apps/v1/Deploymnt`
  help: did you mean `apps/v1/Deployment`?
policies/rule.yaml:7:54: ST4906 Error: `v1/Namespace` is in no namespace, and the rule names some
  help: make a rule of its own for it, without `namespaces`
policies/rule.yaml:7:101: ST4906 Error: the estate has no environment `prd`
  help: did you mean `prod`?
policies/rule.yaml:9:15: ST4906 Error: `object` is the name of something that is given
  help: give the variable another name
policies/rule.yaml:10:15: ST4906 Error: `a-b` is no name for a variable
  help: use letters, digits and `_`
policies/rule.yaml:12:15: ST4906 Error: there are two variables `a`
  help: give one of them another name
policies/rule.yaml:12:40: ST4902 Error: there is no variable `b` before this expression
  help: did you mean `a`?
policies/rule.yaml:14:9: ST4906 Error: nothing is said when this does not hold
  help: add `message`: what is wrong, in a few words
policies/rule.yaml:15:38: ST4906 Error: a message is one line of text
  help: put what goes wrong into `why`, and what to do into `help`
policies/rule.yaml:15:52: ST4906 Error: a message about a Secret could show its values
  help: write `message` instead
policies/rule.yaml:15:71: ST4908 Error: the value must be text, and for all that is known it is anything
  help: make it text: `string(…)`
",
    );
    for (matching, message) in [
        ("{}", "`spec.match` says nothing"),
        (
            "{ application: {}, objects: { kinds: [v1/Pod] } }",
            "`spec.match` has both",
        ),
        ("{ objects: {} }", "`spec.match.objects.kinds` says nothing"),
        (
            "{ application: { tiers: [gold] } }",
            "the estate has no tier `gold`",
        ),
    ] {
        let text = format!(
            "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: {{ name: own }}\nspec:\n  why: a test of rules\n  match: {matching}\n  validations: []\n"
        );
        let found = findings(&world(&text, ""));
        assert!(found.contains(message), "{found}");
        assert!(found.contains("`spec.validations` says nothing"), "{found}");
    }
}

#[test]
fn rules_see_declarations() {
    let rule = "apiVersion: steading.dev/v1
kind: Rule
metadata: { name: own }
spec:
  why: a test of rules
  match: { application: { tiers: [aux], environments: [prod] } }
  severity: warning
  variables:
    - { name: wanted, expression: application.spec.replicas }
  validations:
    - expression: variables.wanted < 3 || application.tier == 'core'
      messageExpression: \"'%d replicas in tier %s'.format([variables.wanted, application.tier])\"
      help: choose another tier
    - expression: application.hosts.size() == 0 && application.components.all(name, name == application.metadata.name)
      message: a host, or another component
";
    same(
        &findings(&world(rule, "")),
        "application.yaml:10:3: ST4900 Warning: 4 replicas in tier aux (`own`): shop in prod
  see policies/rule.yaml:11:19: why: a test of rules
  help: choose another tier
",
    );
    let misspelt = rule.replace("application.spec.replicas", "application.spec.replica");
    let found = findings(&world(&misspelt, ""));
    assert!(
        found.contains(
            "policies/rule.yaml:9:52: ST4903 Error: declarations have no field `replica` there"
        ),
        "{found}"
    );
}

#[test]
fn waivers_and_the_estate_know_own_rules() {
    let rule = rule("object.spec.replicas <= 3");
    let waiver = |more: &str| format!("  waivers: [{{ rule: own, why: a test{more} }}]\n");
    assert_eq!(findings(&world(&rule, &waiver(""))), "");
    let expired = findings(&world(&rule, &waiver(", until: 2026-01-01")));
    assert!(
        expired.contains("ST4900 Error") && expired.contains("the waiver of `own` ended"),
        "{expired}"
    );
    let unused = findings(&world(&rule.replace("<= 3", "<= 4"), &waiver("")));
    assert!(unused.contains("nothing here is against `own`"), "{unused}");

    for (severity, finding) in [("warning", "ST4900 Warning"), ("off", "")] {
        let estate =
            format!("{ESTATE}  rules: {{ own: {{ severity: {severity}, why: a test }} }}\n");
        let world = World::of_files(vec![
            InputFile::new("estate.yaml", estate),
            InputFile::declaration(
                "application.yaml",
                format!("{APPLICATION}environments: {{ prod: {{}} }}\n"),
            ),
            InputFile::new("policies/rule.yaml", rule.as_str()),
        ])
        .with_objects(OBJECTS);
        let found = findings(&world);
        assert!(
            found.contains(finding) && !found.contains("no rule `own`"),
            "{severity}: {found}"
        );
        assert_eq!(found.is_empty(), severity == "off", "{found}");
    }
}

#[test]
fn two_rules_of_one_name_are_found() {
    let world = World::of_files(vec![
        InputFile::new("estate.yaml", ESTATE),
        InputFile::new("policies/a.yaml", rule("true")),
        InputFile::new("policies/b.yaml", rule("true")),
    ]);
    assert!(world.findings().contains("there are two rules `own`"));
}

#[test]
fn rules_become_policies() {
    let rule = "apiVersion: steading.dev/v1
kind: Rule
metadata: { name: own }
spec:
  why: a test of rules
  match:
    objects: { kinds: [apps/v1/Deployment, v1/Service, apps/v1/StatefulSet], namespaces: [prod-shop], labels: { team: a } }
  variables:
    - { name: name, expression: object.metadata.name + environment }
  validations:
    - expression: variables.name != 'environment' || environment == estate || object.metadata.labels['environment'] == ''
      message: another name
      help: choose one
";
    let world = world(
        rule,
        "  waivers: [{ rule: own, why: a test, until: 2026-12-31 }]\n",
    );
    let exported = |today| {
        world.policies.export(&Grounds {
            estate: world.declarations.estate.as_ref().unwrap(),
            applications: &world.applications,
            today: Some(today),
        })
    };
    let all = exported(TODAY);
    let (name, Exported::Policy(objects)) = &all[0] else {
        panic!("a rule over objects becomes a policy");
    };
    assert_eq!((*name, objects.len()), ("own", 2));
    same(
        &steading_model::emit::value(&objects[0].json["spec"]),
        include_str!("../policy.yaml"),
    );
    assert_eq!(objects[1].json["spec"]["validationActions"][0], "Deny");
    let later = exported(date(2027, 1, 1));
    let (_, Exported::Policy(objects)) = &later[0] else {
        panic!("a rule over objects becomes a policy");
    };
    assert_eq!(objects[0].json["spec"].get("matchConditions"), None);
}

#[track_caller]
fn same(found: &str, expected: &str) {
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}
