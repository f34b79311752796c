//! Line icons, drawn here so that nothing is fetched.

use yew::prelude::*;

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Menu,
    Close,
    Copy,
    Help,
    System,
    Light,
    Dark,
    Clock,
    Folder,
    Columns,
    Download,
    Inspect,
    Chevron,
    Link,
    Branch,
}

/// An icon of the size of its text; its button says what it means.
pub(crate) fn icon(which: Icon) -> Html {
    let d = match which {
        Icon::Menu => "M2 4h12M2 8h12M2 12h12",
        Icon::Close => "M3.5 3.500l9 9M12.500 3.500l-9 9",
        Icon::Copy => "M5.500 5.500h8v8h-8zM3.500 10.500h-1v-8h8v1",
        Icon::Help => "M5.700 6a2.300 2.300 0 1 1 3.300 2.100c-.700.400-1 .800-1 1.600M8 12.200v.200",
        Icon::System => "M8 2.500a5.500 5.500 0 1 0 0 11zM8 2.500a5.500 5.500 0 1 1 0 11M6 4v8M4 6v4",
        Icon::Light => {
            "M8 5.200a2.800 2.800 0 1 0 0 5.600a2.800 2.800 0 1 0 0-5.600M8 1v1.600M8 13.400V15M1 8h1.600M13.400 8H15M3 3l1.200 1.200M11.800 11.800L13 13M3 13l1.200-1.200M11.800 4.200L13 3"
        }
        Icon::Dark => "M13 9.500A5.500 5.500 0 1 1 6.500 3a4.500 4.500 0 0 0 6.500 6.500z",
        Icon::Clock => "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M8 4.800V8l2.200 1.600",
        Icon::Folder => "M2 4.500h4l1.500 1.500H14v6.500H2z",
        Icon::Columns => "M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10",
        Icon::Download => "M8 2.500v7.500M5 7.200L8 10l3-2.800M2.500 13h11",
        Icon::Inspect => "M2.500 3h11v10h-11zM9.500 3v10",
        Icon::Chevron => "M4.500 6.500L8 10l3.500-3.500",
        Icon::Branch => {
            "M5 4v8M5 8h4.500a1.500 1.500 0 0 0 1.500-1.500V5M5 2.500a1.400 1.400 0 1 0 .010 0M5 12.200a1.400 1.400 0 1 0 .010 0M11 2.500a1.400 1.400 0 1 0 .010 0"
        }
        Icon::Link => {
            "M6.500 9.500l3-3M7 4.500l1.500-1.500a2.500 2.500 0 0 1 4.500 3.500L11.500 8M9 11.500L7.500 13A2.500 2.500 0 0 1 3 9.500L4.500 8"
        }
    };
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path {d} /></svg>
    }
}

/// Cenote's mark: a pool seen from above, deeper towards the middle of the earth.
pub(crate) fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 64 64" width="22" height="22" aria-hidden="true">
            <circle cx="32" cy="32" r="30" class="l5" /><circle cx="32" cy="33" r="22" class="l3" />
            <circle cx="32" cy="34.5" r="13.5" class="l2" /><circle cx="32" cy="36" r="6" class="l1" />
        </svg>
    }
}
