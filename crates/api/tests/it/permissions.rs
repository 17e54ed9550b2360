//! Walks the route table: role × route × own and foreign project, allow and deny. Nothing here
//! names a route: a new line in the table is walked at once.

use hoist_api::guard::Need;
use hoist_api::routes::{Route, routes};
use hoist_model::permission::{Permission, SEEDED};
use hoist_testkit::{Person, Reply, TestApp};

const ROLES: [&str; 7] = [
    "operator",
    "owner",
    "admin",
    "editor",
    "viewer",
    "stranger",
    "anonymous",
];

/// A path with its parameters filled in; things that are not there unless told otherwise.
fn fill(path: &str, organization: &str, project: &str) -> String {
    const ABSENT: &str = "01900000-0000-7000-8000-000000000000";
    let parts = path.split('/').map(|part| match part {
        "{organization}" => organization,
        "{project}" => project,
        "{revision}" => "999999",
        id if id.starts_with('{') => ABSENT,
        fixed => fixed,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn holds(role: &str, permission: Permission) -> bool {
    let seeded = SEEDED.iter().find(|seeded| seeded.key == role);
    role == "operator" || seeded.is_some_and(|seeded| seeded.permissions().contains(&permission))
}

/// Whether the guard lets a role through to the handler, for what is its own.
fn admitted(role: &str, need: Need, in_organization: bool) -> bool {
    let member = !matches!(role, "stranger" | "anonymous");
    match need {
        Need::Public | Need::Credential => true,
        Need::SignedIn => role != "anonymous" && (member || !in_organization),
        Need::Operator => role == "operator",
        Need::Permission(permission) => holds(role, permission),
        Need::Planned => member,
    }
}

/// Ends the session or opens one; walked apart.
fn is_about_the_session(route: &Route) -> bool {
    route.path.starts_with("/hoist/v1/session") || route.path.starts_with("/hoist/v1/setup")
}

struct House {
    app: TestApp,
    people: Vec<(&'static str, Option<Person>)>,
}

async fn house() -> House {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for role in ROLES {
        let person = if role == "anonymous" {
            None
        } else {
            Some(app.sign_in_as(role).await)
        };
        people.push((role, person));
    }
    House { app, people }
}

impl House {
    /// A body that no write accepts, so that nothing happens where one is let through.
    async fn try_it(&self, who: Option<&Person>, route: &Route, path: &str) -> Reply {
        let body = (!route.method.is_safe()).then(|| serde_json::json!({"nothing_takes_this": 1}));
        self.app.call(who, route.method.clone(), path, body).await
    }
}

/// Routes whose refusal would be no refusal: they take no body, and what they do is harmless.
fn denied_by_guard(reply: &Reply) -> bool {
    matches!(reply.status.as_u16(), 401 | 403)
}

#[tokio::test]
async fn each_role_may_what_the_table_says_and_no_more() {
    let house = house().await;
    let mut tried = 0;
    for route in routes().iter().filter(|route| !is_about_the_session(route)) {
        let in_organization = route.path.contains("{organization}");
        let path = fill(route.path, "default", "first");
        // What deletes or edits the place itself is walked on a place that is not needed any more.
        if route.method == http::Method::DELETE && path.ends_with("/projects/first") {
            continue;
        }
        for (role, person) in &house.people {
            let before = house.app.revision();
            let reply = house.try_it(person.as_ref(), route, &path).await;
            let told = format!("{role} {} {}: {} {}", route.method, path, reply.status, reply.text);
            assert!(reply.status.as_u16() < 500, "{told}");
            tried += 1;
            if admitted(role, route.need, in_organization) {
                assert!(
                    !denied_by_guard(&reply)
                        || route.need == Need::Credential
                        || reply.code() == "denied" && route.need == Need::Planned,
                    "is let through: {told}"
                );
                continue;
            }
            assert_eq!(house.app.revision(), before, "nothing changed: {told}");
            let expected = match *role {
                "anonymous" => 401,
                "stranger" if in_organization => 404,
                _ => 403,
            };
            assert_eq!(reply.status.as_u16(), expected, "{told}");
            if let (403, Need::Permission(permission)) = (expected, route.need) {
                assert!(reply.text.contains(permission.as_str()), "names the permission: {told}");
            }
        }
    }
    eprintln!(
        "torture: permissions routes={} roles={} tried={tried} wrong=0",
        routes().len(),
        house.people.len()
    );
}

#[tokio::test]
async fn what_is_foreign_is_not_there() {
    let house = house().await;
    let mut tried = 0;
    let own = house.app.revision();
    for route in routes().iter().filter(|route| route.path.contains("{organization}")) {
        for (organization, project) in [
            ("other", "theirs"),
            ("default", "theirs"),
            ("other", "first"),
            ("none", "none"),
        ] {
            let needs_project = route.path.contains("{project}");
            if organization == "default" && !needs_project {
                continue;
            }
            let path = fill(route.path, organization, project);
            for (role, person) in house.people.iter().filter(|(role, _)| *role != "operator") {
                let reply = house.try_it(person.as_ref(), route, &path).await;
                tried += 1;
                let expected = if *role == "anonymous" { 401 } else { 404 };
                assert_eq!(
                    reply.status.as_u16(),
                    expected,
                    "{role} {} {path}: {}",
                    route.method,
                    reply.text
                );
                assert_eq!(
                    house.app.revision(),
                    own,
                    "nothing changed: {role} {} {path}",
                    route.method
                );
            }
        }
    }
    eprintln!("torture: foreign tried={tried} seen=0");
}

/// Ids of another project, under one's own path: not there, and nothing changes.
#[tokio::test]
async fn a_foreign_id_under_ones_own_path_is_not_there() {
    use serde_json::json;
    let house = house().await;
    let operator = house.app.person(hoist_testkit::OPERATOR).await;
    let theirs = hoist_testkit::FOREIGN;
    let post = async |path: &str, body| house.app.post(Some(&operator), path, body).await.with(201);
    post(&format!("{theirs}/flags"), json!({"key": "secret", "kind": "boolean"})).await;
    post(&format!("{theirs}/segments"), json!({"key": "hidden"})).await;
    let credential = json!({"name": "key", "kind": "server", "environment": "dev"});
    let made = post(&format!("{theirs}/credentials"), credential).await;
    let credential = made["secrets"][0]["document"].as_str().expect("an id").to_owned();
    let member = json!({"email": "their@example.org", "role": "owner"});
    let made = post("/hoist/v1/organizations/other/members", member).await;
    let member = made["plan"]["effects"]
        .as_array()
        .and_then(|effects| effects.iter().find(|effect| effect["kind"] == "member"))
        .and_then(|effect| effect["document"].as_str())
        .expect("an id")
        .to_owned();
    let revision = house.app.revision();
    let (owner, own) = (house.app.sign_in_as("owner").await, hoist_testkit::PROJECT);
    let path = |route: &Route| {
        route
            .path
            .replace("/hoist/v1/organizations/{organization}/projects/{project}", own)
            .replace("{organization}", "default")
            .replace("{flag}", "secret")
            .replace("{segment}", "hidden")
            .replace("{environment}", "dev")
            .replace("{credential}", &credential)
            .replace("{member}", &member)
            .replace("{revision}", &revision.to_string())
    };
    let about = ["{flag}", "{segment}", "{credential}", "{member}", "{revision}"];
    let body = json!({"name": "x", "on": true, "members": ["x"], "role": "viewer"});
    for route in routes() {
        if !about.iter().any(|name| route.path.contains(name)) {
            continue;
        }
        let path = path(&route);
        let takes = |name: &str| match name {
            "on" => path.ends_with("/switch"),
            "members" => path.ends_with("/hidden/members"),
            "role" => route.path.ends_with("{member}"),
            _ => route.method == http::Method::PATCH && !route.path.ends_with("{member}"),
        };
        let fields = body.as_object().expect("an object").clone().into_iter();
        let body = serde_json::Value::Object(fields.filter(|(name, _)| takes(name)).collect());
        let sent = (!route.method.is_safe()).then_some(body);
        let reply = house.app.call(Some(&owner), route.method.clone(), &path, sent).await;
        assert_eq!(reply.status, 404, "{} {path}: {}", route.method, reply.text);
        assert_eq!(
            house.app.revision(),
            revision,
            "nothing changed: {} {path}",
            route.method
        );
    }
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let house = TestApp::start().await;
    let owner = house.sign_in_as("owner").await;
    let before = house.revision();
    let signed_in = house.get(Some(&owner), hoist_testkit::PROJECT).await;
    assert_eq!(signed_in.status, 200);
    for route in routes()
        .iter()
        .filter(|route| !route.method.is_safe() && route.need != Need::Public)
    {
        let path = fill(route.path, "default", "first");
        let request = http::Request::builder()
            .method(route.method.clone())
            .uri(&path)
            .header("cookie", owner.cookie())
            .body(String::new().into());
        let reply = house.send(None, request.expect("a request")).await;
        if route.need != Need::Credential {
            assert_eq!(reply.code(), "cross_site", "{} {path}", route.method);
        }
    }
    assert_eq!(house.revision(), before);
}
