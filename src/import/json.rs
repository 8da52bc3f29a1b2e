//! Reading a JSON file of pairs: one object, or a list of objects.
//!
//! An object has `AccessKeyId` and `AccessKeySecret`, or has them under `AccessKey` (RAM, `CreateAccessKey`, as `aliyun ram
//! CreateAccessKey` prints it). Terraform's `alicloud_ram_access_key` writes the inner object alone into its `secret_file`
//! (terraform-provider-alicloud, `writeToFile` of `response.AccessKey`). Other fields are ignored.

use super::object::{FromObject, parse, without_mark};
use super::pair::{self, FoundPair, SESSION};
use super::place::Place;
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    access_key_id: Option<String>,
    access_key_secret: Option<Zeroizing<String>>,
    security_token: Option<Zeroizing<String>>,
    access_key: Option<FromObject<InnerPair>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InnerPair {
    access_key_id: Option<String>,
    access_key_secret: Option<Zeroizing<String>>,
}

impl Pair {
    fn found(self, place: Place) -> Result<FoundPair, String> {
        let absent = |name| format!("there is no `{name}`");
        if self.security_token.is_some_and(|token| !token.is_empty()) {
            return Err(SESSION.to_owned());
        }
        let (id, secret) = match self.access_key {
            Some(FromObject(inner)) => (inner.access_key_id, inner.access_key_secret),
            None => (self.access_key_id, self.access_key_secret),
        };
        let id = id.ok_or_else(|| absent("AccessKeyId"))?;
        let secret = secret.ok_or_else(|| absent("AccessKeySecret"))?;
        Ok(FoundPair::new(pair::parse(&id, &secret)?, place))
    }
}

/// Reads the whole file. Errors: what is wrong, object by object, in words that repeat nothing of the file.
pub(super) fn read(file: &Path, content: &[u8]) -> Result<Vec<FoundPair>, Vec<String>> {
    let (mut pairs, mut wrong) = (Vec::new(), Vec::new());
    for (number, object) in (1..).zip(objects(content).map_err(|why| vec![why])?) {
        let file = file.to_owned();
        match object.found(Place::Object { file, number }) {
            Ok(pair) => pairs.push(pair),
            Err(why) => wrong.push(format!("object {number}: {why}")),
        }
    }
    match (wrong.is_empty(), pairs.is_empty()) {
        (true, false) => Ok(pairs),
        (true, true) => Err(vec!["the file has no pairs".to_owned()]),
        (false, _) => Err(super::shortened(wrong, "objects")),
    }
}

fn objects(content: &[u8]) -> Result<Vec<Pair>, String> {
    let content = without_mark(content);
    if content.trim_ascii_start().starts_with(b"[") {
        let objects: Vec<FromObject<Pair>> = parse(content)?;
        return Ok(objects.into_iter().map(|FromObject(pair)| pair).collect());
    }
    parse(content).map(|FromObject(pair)| vec![pair])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> Vec<(String, String, String)> {
        let pairs = read(Path::new("a.json"), text.as_bytes()).unwrap();
        let shown = |pair: FoundPair| {
            let secret = pair.secret.expose().to_owned();
            (pair.id.to_string(), secret, pair.places())
        };
        pairs.into_iter().map(shown).collect()
    }

    fn pair(id: &str, secret: &str, number: usize) -> (String, String, String) {
        let place = format!("`a.json`, object {number}");
        (id.to_owned(), secret.to_owned(), place)
    }

    #[test]
    fn the_clouds_answer_terraforms_file_and_lists_are_read() {
        let one = [pair("LTAI1", "s3", 1)];
        let two = [pair("LTAI1", "s3", 1), pair("LTAI2", "s4", 2)];
        for (text, expected) in [
            (
                r#"{"AccessKeyId": "LTAI1", "AccessKeySecret": "s3"}"#,
                &one[..],
            ),
            (
                "\u{feff} \n{\"RequestId\":\"R\",\"AccessKey\":{\"Status\":\"Active\",\"AccessKeyId\":\"LTAI1\",\"AccessKeySecret\":\"s3\",\"CreateDate\":\"2026-01-01T00:00:00Z\"}}\r\n",
                &one,
            ),
            (
                "{\n\t\"AccessKeyId\": \"LTAI1\",\n\t\"Status\": \"Active\",\n\t\"CreateDate\": \"d\",\n\t\"AccessKeySecret\": \"s3\"\n}",
                &one,
            ),
            (
                r#"{"AccessKeyId": "LTAI1", "AccessKeySecret": "s3", "SecurityToken": "", "AccessKey": null}"#,
                &one,
            ),
            (
                r#" [{"AccessKeyId":"LTAI1","AccessKeySecret":"s3"},{"AccessKey":{"AccessKeyId":"LTAI2","AccessKeySecret":"s4"}}]"#,
                &two,
            ),
        ] {
            assert_eq!(good(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place_and_never_repeated() {
        for (text, expected) in [
            ("[]", "the file has no pairs"),
            ("{}", "object 1: there is no `AccessKeyId`"),
            (
                r#"{"AccessKeyId":"LTAI1"}"#,
                "object 1: there is no `AccessKeySecret`",
            ),
            (
                r#"{"AccessKeyId":"","AccessKeySecret":"s3cr3t"}"#,
                "object 1: the AccessKey ID is empty",
            ),
            (
                r#"{"AccessKeyId":"LTAI1","AccessKeySecret":"s3cr3t"#,
                "line 1, column 48: the JSON ends too early",
            ),
            (
                r#"{"AccessKeyId":"LTAI1","AccessKeySecret":["s3cr3t"]}"#,
                "line 1, column 41: the value is not of the expected kind",
            ),
            (
                r#"[["LTAI1","s3cr3t"]]"#,
                "line 1, column 1: the value is not of the expected kind",
            ),
            (
                r#"{"AccessKey":"s3cr3t"}"#,
                "line 1, column 21: the value is not of the expected kind",
            ),
            (
                "{\"AccessKeyId\":\"LTAI1\",\n\"AccessKeySecret\":s3cr3t}",
                "line 2, column 19: this is not JSON",
            ),
            (
                r#"[{"AccessKeyId":"LTAI1","AccessKeySecret":"s3cr3t"},{"AccessKeyId":"STS.N","AccessKeySecret":"s3cr3t"},{"AccessKeyId":"LTAI1","AccessKeySecret":"s3cr3t","SecurityToken":"s3cr3t"}]"#,
                "object 2: it is a session, which ends, and not an AccessKey pair; object 3: it is a session, which ends, and not an AccessKey pair",
            ),
        ] {
            let wrong = read(Path::new("a.json"), text.as_bytes()).unwrap_err();
            assert_eq!(wrong.join("; "), expected, "{text}");
        }
        assert!(read(Path::new("a.json"), "[".repeat(100_000).as_bytes()).is_err());
    }
}
