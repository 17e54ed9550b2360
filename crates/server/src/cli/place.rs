//! Which project a command means: the one that is named, or the only one there is.

use serde_json::Value as Json;

use super::{FAILED, Failure};

/// Which project; both keys may be left out where there is one only.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PlaceFlags {
    /// Key of the organization; not needed where there is one project only.
    #[arg(long, value_name = "KEY")]
    pub organization: Option<String>,
    /// Key of the project; not needed where there is one only.
    #[arg(long, value_name = "KEY")]
    pub project: Option<String>,
}

/// The one project that the token sees, or the one that is named.
pub(super) fn choose(
    session: &Json,
    organization: Option<&str>,
    project: Option<&str>,
) -> Result<(String, String), Failure> {
    let all: Vec<(&str, &str)> = session["organizations"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|each| {
            let key = each["key"].as_str().unwrap_or_default();
            let projects = each["projects"].as_array().into_iter().flatten();
            projects.map(move |project| (key, project["key"].as_str().unwrap_or_default()))
        })
        .collect();
    let fits = |(o, p): &&(&str, &str)| {
        organization.is_none_or(|organization| organization == *o) && project.is_none_or(|project| project == *p)
    };
    let fitting: Vec<&(&str, &str)> = all.iter().filter(fits).collect();
    let seen = |list: &[&(&str, &str)]| {
        let shown: Vec<String> = list.iter().take(20).map(|(o, p)| format!("{o}/{p}")).collect();
        shown.join(", ")
    };
    match fitting.as_slice() {
        [(organization, project)] => Ok((String::from(*organization), String::from(*project))),
        [] if all.is_empty() => Err(Failure {
            code: FAILED,
            message: "the token sees no project; ask an owner to make you a member".into(),
        }),
        [] => Err(Failure::bad_input(format!(
            "there is no such project for this token; it sees {}",
            seen(&all.iter().collect::<Vec<_>>())
        ))),
        several => Err(Failure::bad_input(format!(
            "choose --organization and --project among {}",
            seen(several)
        ))),
    }
}

/// The one organization that the token sees, or the one that is named.
pub(super) fn choose_organization(session: &Json, organization: Option<&str>) -> Result<String, Failure> {
    let all: Vec<&str> = session["organizations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|each| each["key"].as_str())
        .collect();
    let fits = |key: &&&str| organization.is_none_or(|organization| organization == **key);
    match all.iter().filter(fits).collect::<Vec<_>>().as_slice() {
        [only] => Ok(String::from(**only)),
        _ => Err(Failure::bad_input(format!(
            "choose --organization among {}",
            all.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session() -> Json {
        json!({"organizations": [
            {"key": "a", "projects": [{"key": "one"}, {"key": "two"}]},
            {"key": "b", "projects": [{"key": "one"}]},
        ]})
    }

    fn pair(organization: &str, project: &str) -> (String, String) {
        (organization.into(), project.into())
    }

    #[test]
    fn the_only_project_needs_no_name() {
        let one = json!({"organizations": [{"key": "a", "projects": [{"key": "one"}]}]});
        assert_eq!(choose(&one, None, None), Ok(pair("a", "one")));
        assert_eq!(choose(&session(), Some("b"), None), Ok(pair("b", "one")));
        assert_eq!(choose(&session(), None, Some("two")), Ok(pair("a", "two")));
    }

    #[test]
    fn who_could_mean_several_is_told_which() {
        let told = |organization, project| choose(&session(), organization, project).expect_err("not one").message;
        assert_eq!(
            told(None, None),
            "choose --organization and --project among a/one, a/two, b/one"
        );
        assert_eq!(
            told(None, Some("one")),
            "choose --organization and --project among a/one, b/one"
        );
        assert_eq!(
            told(Some("c"), None),
            "there is no such project for this token; it sees a/one, a/two, b/one"
        );
        let none = choose(&json!({"organizations": []}), None, None).expect_err("none");
        assert_eq!(none.code, FAILED);
    }

    #[test]
    fn the_only_organization_needs_no_name() {
        let one = json!({"organizations": [{"key": "a", "projects": []}]});
        assert_eq!(choose_organization(&one, None), Ok("a".into()));
        assert_eq!(choose_organization(&session(), Some("b")), Ok("b".into()));
        let told = choose_organization(&session(), None).expect_err("two");
        assert_eq!(told.message, "choose --organization among a, b");
    }
}
