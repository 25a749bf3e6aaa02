//! Lists, page by page; objects stay text.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

use crate::call::Call;
use crate::connect::Cluster;
use crate::failure::RequestError;
use crate::fault::Fault;
use crate::kind::ServedKind;
use crate::newest::Outdated;
use crate::random;

/// How many objects a page has. The server answers the first page from memory and reads every further one from etcd, which costs it
/// twice the time; an object is about 3 kB.
const PAGE: &str = "2500";

/// How often a list is begun again because the server forgot where it was.
const BEGINNINGS: u32 = 4;

/// Which objects of a kind are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// In one namespace; none for all.
    pub(crate) namespace: Option<String>,
    /// With these labels.
    pub(crate) labels: Option<String>,
    /// With these fields.
    pub(crate) fields: Option<String>,
    /// Whether the objects are wanted as a whole.
    pub(crate) extent: Extent,
    /// How old it may be.
    pub(crate) age: Age,
}

/// How old a list may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Age {
    /// It has all that was written before it was asked for. Right after a write the server takes up to a tenth of a second to be sure of it.
    #[default]
    Now,
    /// As the server's memory has it: a moment old, seldom more.
    Any,
}

/// How much of each object is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    #[default]
    Whole,
    /// Its metadata.
    Metadata,
}

/// What is read of each object in a list.
#[derive(Deserialize)]
pub(crate) struct Item<'a> {
    #[serde(borrow, rename = "apiVersion")]
    api_version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) metadata: ItemMeta<'a>,
}

/// What is read of each object's metadata.
#[derive(Deserialize)]
pub(crate) struct ItemMeta<'a> {
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) namespace: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Page<'a> {
    metadata: PageMeta,
    /// Lists of metadata that hold nothing say `null`.
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Debug, Deserialize)]
struct PageMeta {
    #[serde(default, rename = "continue")]
    next: String,
    #[serde(default, rename = "resourceVersion")]
    version: String,
}

impl Filter {
    pub(crate) fn within(namespace: Option<&str>) -> Self {
        Self {
            namespace: namespace.map(str::to_owned),
            ..Self::default()
        }
    }

    pub(crate) fn labelled(mut self, labels: impl Into<String>) -> Self {
        self.labels = Some(labels.into());
        self
    }

    pub(crate) fn aged(mut self, age: Age) -> Self {
        self.age = age;
        self
    }

    fn doing(&self, kind: &ServedKind) -> String {
        let whereabouts = self
            .namespace
            .as_deref()
            .map(|name| format!(" in namespace `{name}`"))
            .unwrap_or_default();
        format!("list `{}`{whereabouts}", kind.kind)
    }

    fn outdated(&self, kind: &ServedKind, outdated: Outdated) -> RequestError {
        RequestError {
            doing: self.doing(kind),
            fault: Fault::Busy,
            answer: outdated.to_string(),
            causes: Vec::new(),
            tried: 1,
        }
    }

    fn call(&self, kind: &ServedKind, next: &str) -> Call {
        let mut call = Call::get(kind.path(self.namespace.as_deref()), self.doing(kind));
        call = call.query("limit", PAGE).of_a_list();
        if let Some(labels) = &self.labels {
            call = call.query("labelSelector", labels);
        }
        if let Some(fields) = &self.fields {
            call = call.query("fieldSelector", fields);
        }
        if !next.is_empty() {
            call = call.query("continue", next);
        } else if self.age == Age::Any {
            call = call.query("resourceVersion", "0");
        }
        match self.extent {
            Extent::Whole => call,
            Extent::Metadata => call.metadata_only(),
        }
    }
}

/// Returns the selector of what has all of some labels; nothing where there are none.
pub(crate) fn label_selector(labels: &Value) -> Option<String> {
    let pairs = labels
        .as_object()?
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
    Some(pairs.collect::<Vec<_>>().join(",")).filter(|labels| !labels.is_empty())
}

/// What reading a list once came to.
enum Listed<T> {
    /// What was taken of all pages.
    All(Vec<T>),
    /// It is older than the same list was before.
    Outdated(Outdated),
}

impl Cluster {
    /// Lists objects and hands each to `take`, as text, with `apiVersion` and `kind`.
    ///
    /// What `take` made of a list that the server broke off is dropped, and the list begins again.
    pub(crate) async fn list<T>(
        &self,
        kind: &ServedKind,
        filter: &Filter,
        take: impl Fn(&Item<'_>, Box<RawValue>) -> Option<T>,
    ) -> Result<Vec<T>, RequestError> {
        let mut begun = 0;
        loop {
            begun += 1;
            let error = match self.list_once(kind, filter, &take).await {
                Err(error) if error.fault == Fault::Expired => error,
                Ok(Listed::Outdated(outdated)) => filter.outdated(kind, outdated),
                Ok(Listed::All(taken)) => return Ok(taken),
                Err(error) => return Err(error),
            };
            let pause = self.retry().pause(begun, None, random::byte());
            match pause.filter(|_| begun < BEGINNINGS) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error.after(begun)),
            }
        }
    }

    async fn list_once<T>(
        &self,
        kind: &ServedKind,
        filter: &Filter,
        take: &impl Fn(&Item<'_>, Box<RawValue>) -> Option<T>,
    ) -> Result<Listed<T>, RequestError> {
        let (mut taken, mut next) = (Vec::new(), String::new());
        let name = kind.path(filter.namespace.as_deref());
        loop {
            let call = filter.call(kind, &next);
            let page = self
                .read(call, |reply| read_page(kind, &reply.body, take))
                .await?;
            let (items, meta) = page;
            // The further pages are of the version of the first.
            let is_first = next.is_empty();
            let is_compared = is_first && filter.age == Age::Now;
            if is_compared && let Err(outdated) = self.newest.list(&name, &meta.version) {
                return Ok(Listed::Outdated(outdated));
            }
            taken.extend(items);
            next = meta.next;
            if next.is_empty() {
                return Ok(Listed::All(taken));
            }
        }
    }

    /// Lists objects as values.
    pub(crate) async fn list_values(
        &self,
        kind: &ServedKind,
        filter: &Filter,
    ) -> Result<Vec<Value>, RequestError> {
        self.list(kind, filter, |_, json| {
            serde_json::from_str(json.get()).ok()
        })
        .await
    }
}

/// Returns what was taken of a page, with where the next one begins.
fn read_page<T>(
    kind: &ServedKind,
    body: &Bytes,
    take: &impl Fn(&Item<'_>, Box<RawValue>) -> Option<T>,
) -> Result<(Vec<T>, PageMeta), serde_json::Error> {
    let page: Page<'_> = serde_json::from_slice(body)?;
    let mut taken = Vec::new();
    for text in page.items.unwrap_or_default() {
        let item: Item<'_> = serde_json::from_str(text.get())?;
        taken.extend(take(&item, whole(kind, &item, text)?));
    }
    Ok((taken, page.metadata))
}

/// Puts `apiVersion` and `kind` in front, which lists of built-in kinds leave out of their items.
fn whole(
    kind: &ServedKind,
    item: &Item<'_>,
    text: &RawValue,
) -> Result<Box<RawValue>, serde_json::Error> {
    if item.api_version.is_some() {
        return Ok(text.to_owned());
    }
    let fields = text.get().trim_start().trim_start_matches('{');
    let json = format!(
        r#"{{"apiVersion":"{}","kind":"{}",{fields}"#,
        kind.api_version(),
        kind.kind.kind
    );
    RawValue::from_string(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::built_in;

    #[test]
    fn items_get_their_version_and_kind() {
        let body = Bytes::from_static(
            br#"{"metadata":{"continue":"abc"},"items":[{"metadata":{"name":"a","namespace":"n","uid":"u"},"data":{}}]}"#,
        );
        let take = |item: &Item<'_>, json: Box<RawValue>| {
            Some((
                item.metadata.name.clone().into_owned(),
                json.get().to_owned(),
            ))
        };
        let (taken, meta) = read_page(&built_in("", "ConfigMap"), &body, &take).unwrap();
        assert_eq!(meta.next, "abc");
        assert_eq!(taken[0].0, "a");
        assert!(
            taken[0]
                .1
                .starts_with(r#"{"apiVersion":"v1","kind":"ConfigMap","metadata""#),
            "{}",
            taken[0].1
        );
    }

    #[test]
    fn an_empty_list_of_metadata_is_empty() {
        let body = Bytes::from_static(
            br#"{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"757"},"items":null}"#,
        );
        let (taken, page) = read_page(&built_in("", "Pod"), &body, &|_, _| Some(())).unwrap();
        assert_eq!((page.next.as_str(), taken.len()), ("", 0));
    }

    #[test]
    fn a_page_that_is_no_list_says_where() {
        let error = read_page(
            &built_in("", "Pod"),
            &Bytes::from_static(b"<html>"),
            &|_, _| Some(()),
        );
        let error = error.unwrap_err();
        assert!(!error.is_eof());
        assert_eq!((error.line(), error.column()), (1, 1));
    }
}
