//! The readable page of the API: rendered here, from the OpenAPI document, without scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

/// The page's only style sheet.
pub const STYLE: &str = include_str!("docs.css");

/// The whole page.
pub fn render(document: &Json) -> String {
    let mut tags: BTreeMap<&str, Vec<(String, &str, &Json)>> = BTreeMap::new();
    for (path, item) in object(document.get("paths")) {
        for (method, operation) in object(Some(item)) {
            let tag = operation.pointer("/tags/0").and_then(Json::as_str).unwrap_or("other");
            tags.entry(tag)
                .or_default()
                .push((method.to_uppercase(), path, operation));
        }
    }
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Hoist API</title><style>{STYLE}</style></head>\n<body>\n<header><h1>Hoist API</h1><p>{}</p><p>For programs: <a href=\"/hoist/v1/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p></header>\n<nav aria-label=\"Sections\"><ul>",
        escape(text(document.pointer("/info/description")))
    );
    for tag in tags.keys() {
        let _ = write!(page, "<li><a href=\"#{0}\">{0}</a></li>", escape(tag));
    }
    page.push_str("<li><a href=\"#schemas\">schemas</a></li></ul></nav>\n<main>\n");
    for (tag, operations) in &tags {
        let _ = writeln!(
            page,
            "<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{0}</h2>",
            escape(tag)
        );
        for (method, path, operation) in operations {
            render_operation(&mut page, method, path, operation);
        }
        page.push_str("</section>\n");
    }
    page.push_str("<section aria-labelledby=\"schemas\"><h2 id=\"schemas\">schemas</h2>\n");
    for (name, schema) in object(document.pointer("/components/schemas")) {
        let _ = writeln!(
            page,
            "<details id=\"schema-{0}\"><summary><code>{0}</code></summary><div><p>{1}</p><pre tabindex=\"0\">{2}</pre></div></details>",
            escape(name),
            escape(text(schema.get("description"))),
            escape(&serde_json::to_string_pretty(schema).unwrap_or_default())
        );
    }
    page.push_str("</section>\n</main>\n</body>\n</html>\n");
    page
}

fn render_operation(page: &mut String, method: &str, path: &str, operation: &Json) {
    let _ = write!(
        page,
        "<details id=\"{}\"><summary><span class=\"method\">{method}</span><code>{}</code><span class=\"what dim\">{}</span></summary><div><p>{}</p><p>Asks for: <code>{}</code></p>",
        escape(text(operation.get("operationId"))),
        escape(path),
        escape(text(operation.get("summary"))),
        escape(text(operation.get("description"))),
        escape(text(operation.get("x-permission")))
    );
    let parameters = operation.get("parameters").and_then(Json::as_array);
    if let Some(parameters) = parameters.filter(|list| !list.is_empty()) {
        page.push_str("<h3>Parameters</h3><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">In</th><th scope=\"col\">What</th></tr></thead><tbody>");
        for parameter in parameters {
            let _ = write!(
                page,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                escape(text(parameter.get("name"))),
                escape(text(parameter.get("in"))),
                escape(text(parameter.get("description")))
            );
        }
        page.push_str("</tbody></table>");
    }
    if let Some(content) = operation.pointer("/requestBody/content") {
        let _ = write!(page, "<h3>Body</h3><p>{}</p>", content_link(content));
    }
    page.push_str("<h3>Answers</h3><table><thead><tr><th scope=\"col\">Status</th><th scope=\"col\">What</th><th scope=\"col\">Body</th></tr></thead><tbody>");
    for (status, response) in object(operation.get("responses")) {
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(status),
            escape(text(response.get("description"))),
            response.get("content").map(content_link).unwrap_or_default()
        );
    }
    page.push_str("</tbody></table></div></details>\n");
}

/// Names the schema of a body and leads to it.
fn content_link(content: &Json) -> String {
    let mut links = String::new();
    for (media, body) in object(Some(content)) {
        let schema = body.get("schema").unwrap_or(&Json::Null);
        let name = text(schema.get("$ref")).rsplit('/').next().unwrap_or_default();
        if name.is_empty() {
            let _ = write!(links, "<code>{}</code> ", escape(media));
        } else {
            let _ = write!(
                links,
                "<a href=\"#schema-{0}\"><code>{0}</code></a> as <code>{1}</code> ",
                escape(name),
                escape(media)
            );
        }
    }
    links
}

fn object(value: Option<&Json>) -> impl Iterator<Item = (&str, &Json)> {
    value
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn text(value: Option<&Json>) -> &str {
    value.and_then(Json::as_str).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
