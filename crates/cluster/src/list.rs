//! Lists, page by page; objects stay text.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

use crate::connect::Cluster;
use crate::fault::Fault;
use crate::kind::ServedKind;
use crate::request::{Call, RequestError, garbled};

/// How many objects a page has. The server answers the first page from memory and reads every further one from etcd, which costs it
/// twice the time; an object is about 3 kB.
const PAGE: &str = "2500";

/// How often a list is begun again because the server forgot where it was.
const BEGINNINGS: usize = 4;

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

#[derive(Deserialize)]
struct PageMeta {
    #[serde(default, rename = "continue")]
    next: String,
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

    fn call(&self, kind: &ServedKind, next: &str) -> Call {
        let whereabouts = self
            .namespace
            .as_deref()
            .map(|name| format!(" in namespace `{name}`"))
            .unwrap_or_default();
        let mut call = Call::get(
            kind.path(self.namespace.as_deref()),
            format!("list `{}`{whereabouts}", kind.kind),
        );
        call = call.query("limit", PAGE);
        if let Some(labels) = &self.labels {
            call = call.query("labelSelector", labels);
        }
        if let Some(fields) = &self.fields {
            call = call.query("fieldSelector", fields);
        }
        if !next.is_empty() {
            call = call.query("continue", next);
        }
        match self.extent {
            Extent::Whole => call,
            Extent::Metadata => call.metadata_only(),
        }
    }
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
        for _ in 1..BEGINNINGS {
            match self.list_once(kind, filter, &take).await {
                Err(error) if error.fault == Fault::Expired => {}
                answer => return answer,
            }
        }
        self.list_once(kind, filter, &take).await
    }

    async fn list_once<T>(
        &self,
        kind: &ServedKind,
        filter: &Filter,
        take: &impl Fn(&Item<'_>, Box<RawValue>) -> Option<T>,
    ) -> Result<Vec<T>, RequestError> {
        let (mut taken, mut next) = (Vec::new(), String::new());
        loop {
            let body = self.send(filter.call(kind, &next)).await?;
            next = read_page(kind, &body, take, &mut taken)?;
            if next.is_empty() {
                return Ok(taken);
            }
        }
    }

    /// Lists objects as values.
    pub(crate) async fn list_values(
        &self,
        kind: &ServedKind,
        filter: &Filter,
    ) -> Result<Vec<serde_json::Value>, RequestError> {
        self.list(kind, filter, |_, json| {
            serde_json::from_str(json.get()).ok()
        })
        .await
    }
}

fn read_page<T>(
    kind: &ServedKind,
    body: &Bytes,
    take: &impl Fn(&Item<'_>, Box<RawValue>) -> Option<T>,
    taken: &mut Vec<T>,
) -> Result<String, RequestError> {
    let doing = || format!("list `{}`", kind.kind);
    let page: Page<'_> = serde_json::from_slice(body).map_err(|error| garbled(doing(), &error))?;
    for text in page.items.unwrap_or_default() {
        let item: Item<'_> =
            serde_json::from_str(text.get()).map_err(|error| garbled(doing(), &error))?;
        let json = whole(kind, &item, text).map_err(|error| garbled(doing(), &error))?;
        taken.extend(take(&item, json));
    }
    Ok(page.metadata.next)
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
        let mut taken = Vec::new();
        let take = |item: &Item<'_>, json: Box<RawValue>| {
            Some((
                item.metadata.name.clone().into_owned(),
                json.get().to_owned(),
            ))
        };
        let next = read_page(&built_in("", "ConfigMap"), &body, &take, &mut taken).unwrap();
        assert_eq!(next, "abc");
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
        let mut taken = Vec::new();
        let next = read_page(&built_in("", "Pod"), &body, &|_, _| Some(()), &mut taken);
        assert_eq!((next.unwrap().as_str(), taken.len()), ("", 0));
    }

    #[test]
    fn a_page_that_is_no_list_says_where() {
        let error = read_page(
            &built_in("", "Pod"),
            &Bytes::from_static(b"<html>"),
            &|_, _| Some(()),
            &mut Vec::new(),
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "cannot list `Pod`: the answer cannot be understood: line 1, column 1"
        );
    }
}
