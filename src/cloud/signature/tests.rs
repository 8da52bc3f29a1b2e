//! The signatures against what the official SDKs compute, and against published samples.

use super::*;
use serde_json::Value;

fn pairs(object: &Value) -> Vec<(String, String)> {
    object
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Returns the request of a vector of V3 or V4.
pub(super) fn request(vector: &Value) -> Request {
    Request {
        method: text(&vector["method"]),
        path: text(&vector["path"]),
        query: pairs(&vector["query"]),
        headers: pairs(&vector["headers"]),
        body: text(&vector["body"]).into_bytes(),
    }
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned()).unwrap()
}

#[test]
fn v3_agrees_with_the_official_sdks() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../../tests/vectors/signature-v3.json")).unwrap();
    assert!(vectors.len() > 10);
    for vector in vectors {
        let request = request(&vector);
        assert_eq!(
            content_hash(&request.body),
            request.header("x-acs-content-sha256").unwrap()
        );
        let signed = authorization(
            &request,
            &text(&vector["ak"]),
            &secret(&text(&vector["sk"])),
        );
        assert_eq!(signed, text(&vector["authorization"]), "{}", vector["name"]);
    }
}

#[test]
fn v1_agrees_with_the_official_sdks() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../../tests/vectors/signature-v1.json")).unwrap();
    assert!(vectors.len() > 5);
    for vector in vectors {
        let (method, parameters) = (text(&vector["method"]), pairs(&vector["params"]));
        assert_eq!(
            v1_string_to_sign(&method, &parameters),
            text(&vector["string_to_sign"]),
            "{}",
            vector["name"]
        );
        assert_eq!(
            v1(&method, &parameters, &secret(&text(&vector["sk"]))),
            text(&vector["signature"])
        );
    }
}

/// The two fixed-parameter samples of the V3 document (RunInstances).
#[test]
fn v3_agrees_with_the_published_samples() {
    let samples = [
        (
            "2023-10-26T10:22:32Z",
            "3156853299f313e23d1673dc12e1703d",
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        ),
        (
            "2023-10-26T09:01:01Z",
            "d410180a5abf7fe235dd9b74aca91fc0",
            "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
        ),
    ];
    for (date, nonce, expected) in samples {
        let headers = [
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-version", "2014-05-26"),
            ("x-acs-date", date),
            ("x-acs-signature-nonce", nonce),
            (
                "x-acs-content-sha256",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ];
        let request = Request {
            method: "POST".into(),
            path: "/".into(),
            query: owned(&[
                (
                    "ImageId",
                    "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
                ),
                ("RegionId", "cn-shanghai"),
            ]),
            headers: owned(&headers),
            body: Vec::new(),
        };
        let signed = authorization(&request, "YourAccessKeyId", &secret("YourAccessKeySecret"));
        assert!(
            signed.ends_with(&format!("Signature={expected}")),
            "{signed}"
        );
    }
}

/// The samples of the RPC signature in the RAM, STS and ECS references.
#[test]
fn v1_agrees_with_the_published_samples() {
    let common = [
        ("Format", "JSON"),
        ("AccessKeyId", "testid"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
    ];
    let samples: [(&[(&str, &str)], &str); 4] = [
        (
            &[
                ("Action", "CreateUser"),
                ("Version", "2015-05-01"),
                ("UserName", "test"),
                ("SignatureNonce", "6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2"),
                ("Timestamp", "2015-08-18T03:15:45Z"),
            ],
            "kRA2cnpJVacIhDMzXnoNZG9tDCI=",
        ),
        (
            &[
                ("Action", "AssumeRole"),
                ("Version", "2015-04-01"),
                ("RoleArn", "acs:ram::1234567890123:role/firstrole"),
                ("RoleSessionName", "client"),
                ("SignatureNonce", "571f8fb8-506e-11e5-8e12-b8e8563dc8d2"),
                ("Timestamp", "2015-09-01T05:57:34Z"),
            ],
            "gNI7b0AyKZHxDgjBGPDgJ1Ce3L4=",
        ),
        (
            &[
                ("Action", "DescribeDedicatedHosts"),
                ("Version", "2014-05-26"),
                ("RegionId", "cn-beijing"),
                ("SignatureNonce", "edb2b34af0af9a6d14deaf7c1a5315eb"),
                ("Timestamp", "2023-03-13T08:34:30Z"),
            ],
            "9NaGiOspFP5UPcwX8Iwt2YJXXuk=",
        ),
        (
            &[
                ("Action", "DescribeRegions"),
                ("Version", "2014-05-26"),
                ("Format", "XML"),
                ("SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"),
                ("Timestamp", "2016-02-23T12:46:24Z"),
            ],
            "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
        ),
    ];
    for (own, expected) in samples {
        let mut parameters = owned(own);
        let absent = |(name, _): &&(&str, &str)| !own.iter().any(|(key, _)| key == name);
        parameters.extend(owned(
            &common.iter().filter(absent).copied().collect::<Vec<_>>(),
        ));
        assert_eq!(v1("GET", &parameters, &secret("testsecret")), expected);
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
