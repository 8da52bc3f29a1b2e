//! The program's own source, read as a test reads it: its modules, the paths that each one names, without what is for tests only.

use std::collections::BTreeSet;
use std::path::Path;

/// A source file of the program.
pub(crate) struct Source {
    /// From `src`, with slashes: `ops/create.rs`.
    pub(crate) file: String,
    /// `["ops", "create"]`; empty for the root.
    module: Vec<String>,
    /// Words and signs, without comments, texts, and items under `#[cfg(test)]`.
    tokens: Vec<String>,
    pub(crate) lines: usize,
    /// Modules that it declares for tests only.
    tests: Vec<Vec<String>>,
}

/// A path, from the root of the crate.
pub(crate) type ModulePath = Vec<String>;

/// Every file of the program but those that are for tests alone.
pub(crate) fn all() -> Vec<Source> {
    let mut sources = with_tests();
    let tests: BTreeSet<ModulePath> = sources.iter().flat_map(|s| s.tests.clone()).collect();
    sources.retain(|source| !tests.iter().any(|test| source.module.starts_with(test)));
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    sources
}

/// Every file under `src`.
pub(crate) fn with_tests() -> Vec<Source> {
    let texts = texts().into_iter();
    texts
        .map(|(file, text)| Source::new(&file, &text))
        .collect()
}

/// Every file under `src`, from there, and what is in it.
pub(crate) fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    collect(&root, &root, &mut texts);
    texts
}

fn collect(root: &Path, folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, texts);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let file = path.strip_prefix(root).unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            texts.push((file.to_owned(), text));
        }
    }
}

impl Source {
    /// Where it stands in the crate.
    pub(crate) fn module(&self) -> &[String] {
        &self.module
    }

    pub(crate) fn new(file: &str, text: &str) -> Self {
        let module = file
            .strip_suffix(".rs")
            .unwrap()
            .split('/')
            .map(str::to_owned);
        let mut module: ModulePath = module.collect();
        if module
            .last()
            .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
        {
            module.pop();
        }
        let mut source = Self {
            file: file.to_owned(),
            lines: text.lines().count(),
            module,
            tokens: Vec::new(),
            tests: Vec::new(),
        };
        source.leave_out_tests(&tokens(text));
        source
    }

    fn leave_out_tests(&mut self, tokens: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            let end = end_of_attribute(tokens, at);
            let Some(end) = end.filter(|end| is_for_tests(&tokens[at..*end])) else {
                self.tokens.push(tokens[at].clone());
                at += 1;
                continue;
            };
            let item = end_of_item(tokens, end);
            let declared = tokens[end..item].iter().position(|token| token == "mod");
            if let Some(name) = declared.and_then(|place| tokens.get(end + place + 1)) {
                let module = self.module.iter().chain([name]).cloned();
                self.tests.push(module.collect());
            }
            at = item;
        }
    }

    /// Every path that the file names from the crate's root, directly or by `super`.
    pub(crate) fn paths(&self) -> Vec<ModulePath> {
        let mut found = Vec::new();
        // The braces that are open, and which of them are modules.
        let (mut inside, mut open) = (self.module.clone(), Vec::new());
        for at in 0..self.tokens.len() {
            let word = |offset: usize| self.tokens.get(at + offset).map(String::as_str);
            match word(0) {
                Some("{") => {
                    let of_module = at > 1 && self.tokens[at - 2] == "mod";
                    if of_module {
                        inside.push(self.tokens[at - 1].clone());
                    }
                    open.push(of_module);
                }
                Some("}") if open.pop() == Some(true) => drop(inside.pop()),
                Some("crate" | "super")
                    if word(1) == Some("::") && (at == 0 || self.tokens[at - 1] != "::") =>
                {
                    let base = if word(0) == Some("crate") {
                        Vec::new()
                    } else {
                        inside.clone()
                    };
                    tree(&self.tokens, &mut (at.clone()), base, &mut found);
                }
                _ => (),
            }
        }
        found
    }

    /// How often the words come one after the other.
    pub(crate) fn count(&self, words: &[&str]) -> usize {
        let same = |window: &&[String]| window.iter().zip(words).all(|(token, word)| token == word);
        self.tokens.windows(words.len()).filter(same).count()
    }

    /// The first words of paths that are neither `crate` nor `super`: other crates, and modules that were imported.
    pub(crate) fn roots(&self) -> BTreeSet<String> {
        let lower = |token: &str| token.starts_with(|c: char| c.is_ascii_lowercase());
        let mut roots = BTreeSet::new();
        for at in 0..self.tokens.len().saturating_sub(1) {
            let first = at == 0 || self.tokens[at - 1] != "::";
            if first && self.tokens[at + 1] == "::" && lower(&self.tokens[at]) {
                roots.insert(self.tokens[at].clone());
            }
        }
        roots
    }
}

/// Reads `a::b::{c, d::e}` from `at` on into whole paths.
fn tree(tokens: &[String], at: &mut usize, mut path: ModulePath, found: &mut Vec<ModulePath>) {
    loop {
        match tokens.get(*at).map(String::as_str) {
            Some("crate" | "self") => (),
            Some("super") => drop(path.pop()),
            Some("{") => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| token != "}") {
                    tree(tokens, at, path.clone(), found);
                    while tokens
                        .get(*at)
                        .is_some_and(|token| token != "," && token != "}")
                    {
                        *at += 1;
                    }
                    if tokens.get(*at).is_some_and(|token| token == ",") {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            Some(word)
                if word.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '*') =>
            {
                path.push(word.to_owned());
            }
            _ => break,
        }
        *at += 1;
        if tokens.get(*at).is_none_or(|token| token != "::") {
            break;
        }
        *at += 1;
    }
    found.push(path);
}

/// The place behind an attribute that begins here.
fn end_of_attribute(tokens: &[String], at: usize) -> Option<usize> {
    if tokens[at] != "#" || tokens.get(at + 1)? != "[" {
        return None;
    }
    let mut depth = 0;
    for (offset, token) in tokens[at + 1..].iter().enumerate() {
        match token.as_str() {
            "[" => depth += 1,
            "]" if depth == 1 => return Some(at + 2 + offset),
            "]" => depth -= 1,
            _ => (),
        }
    }
    None
}

fn is_for_tests(attribute: &[String]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token == word);
    has("cfg") && has("test") && !has("not")
}

/// The place behind an item: its `;`, or the end of its first braces.
fn end_of_item(tokens: &[String], mut at: usize) -> usize {
    while let Some(end) = tokens.get(at).and_then(|_| end_of_attribute(tokens, at)) {
        at = end;
    }
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return at,
            "}" => depth -= 1,
            ";" if depth == 0 => return at,
            _ => (),
        }
    }
    at
}

/// Words, `::` and single signs; comments and texts are left out.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = raw_text(rest) {
            length
        } else if word > 0 {
            tokens.push(rest[..word].to_owned());
            word
        } else if first == '"' {
            text_length(rest)
        } else if first == '\'' {
            character_length(rest)
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// `r"…"`, `r#"…"#`, and the same of bytes.
fn raw_text(rest: &str) -> Option<usize> {
    let start = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let signs = start.len() - start.trim_start_matches('#').len();
    let body = start[signs..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(signs));
    let length = body.find(&end)? + end.len();
    Some(rest.len() - body.len() + length)
}

fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => (),
        }
    }
    rest.len()
}

/// A character, or the sign of a lifetime.
fn character_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => {
            let end = rest.char_indices().skip(3).find(|(_, c)| *c == '\'');
            end.map_or(rest.len(), |(at, _)| at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}
