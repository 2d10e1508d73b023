"""Five stories, and five sites' pages around a story; all of it written for these tests."""

from __future__ import annotations

import html

STORIES: dict[str, tuple[str, ...]] = {
    "ferry": (
        "The night ferry to Kalvoy will stop running at the end of October, the county council "
        "decided on Tuesday after a debate of three hours.",
        "The crossing carries fewer than forty cars a week in winter and costs the county 11 "
        "million kroner a year, according to figures that were published before the vote.",
        "Islanders who work in the hospital on the mainland said that they would have to rent "
        "rooms there between two shifts.",
        '"Nobody has explained how we are meant to get home after ten," said Marit Solheim, a '
        "nurse who has taken the boat for nineteen years.",
        "The council promised a taxi boat for emergencies, to be paid from the sum that is saved.",
        "A petition with 1,900 signatures had asked for a trial with a smaller and cheaper vessel.",
        "The operator, which owns both ships on the route, said that no member of the crew would "
        "lose work before the spring.",
    ),
    "library": (
        "A library that was flooded six years ago has opened again in the old customs house of "
        "Brennfeld, with room for 84,000 books.",
        "Volunteers carried the last shelves up the stairs on Friday evening, because the lift "
        "still waits for its certificate.",
        "The reading room keeps the painted ceiling beneath which merchants once declared tobacco "
        "and sugar.",
        "Mayor Jonas Pirker called the building the most expensive promise that he had ever kept.",
        "The restoration cost 7.4 million euros, almost twice the first estimate, and was paid in "
        "part by a lottery.",
        "Children under twelve may stay overnight twice a month, which the insurer allowed only "
        "after a second fire drill.",
        "Opening hours were extended to nine in the evening, a demand of the student council.",
    ),
    "glacier": (
        "Scientists who drilled through the Hohe Zunge glacier have found ice that is older than "
        "the last two warm periods, they reported on Wednesday.",
        "The core, 212 metres long, was pulled up in pieces and flown to a cold store in the "
        "valley by helicopter.",
        "Bubbles in its lowest part hold air from a time when the summit was free of snow every "
        "summer for decades.",
        "The finding contradicts models that let the whole glacier vanish and grow anew.",
        "Lead author Chiara Venturi said that the drill had nearly been lost when the hut's "
        "generator failed at minus thirty degrees.",
        "Two further holes are planned, one of them through the neighbouring ice field.",
        "Guides in the valley worry that visitors will now want to see the place, which lies "
        "beneath a wall where rocks fall daily.",
    ),
    "tram": (
        "Trams in Ostrava will run without drivers on a short line from next May, the transport "
        "company announced on Monday.",
        "Three vehicles are to shuttle between the stadium and the university, with an attendant "
        "on board for the first half year.",
        "The line is 1.8 kilometres long, has no crossings with cars, and was chosen for that "
        "reason.",
        "The drivers' union said that it would agree to nothing beyond the test without a "
        "guarantee for all 640 colleagues.",
        "Passengers will pay nothing while the test lasts.",
        "A similar trial in another city was ended last year after a tram had stopped for a "
        "floating plastic bag eleven times in one afternoon.",
        "Engineer Petr Halas said that the new sensors could tell a bag from a child.",
    ),
    "orchard": (
        "Apple growers around Lake Murrin expect the smallest harvest since records began, after "
        "frost in April destroyed the blossom of early kinds.",
        "The cooperative, to which nine of ten farms belong, spoke of a loss of 60 percent.",
        "Some families burned straw between the rows for three nights to keep the air moving.",
        "Prices for juice have already risen, and two presses will not open this autumn at all.",
        "The state offered loans without interest, which the farmers' association called an "
        "umbrella handed out after the rain.",
        "Late kinds such as the local red have done better, and one orchard on a slope was spared "
        "entirely.",
        "Ana Whitlock, who runs it, said that her grandfather had planted there because nobody "
        "else wanted the stones.",
    ),
}
SITES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("coastpost.example", ("Home", "Harbour", "Weather", "Tides", "Letters")),
    ("valleymirror.example", ("Start", "Politik", "Sport", "Kultur", "Anzeigen", "Abo")),
    ("dailyquill.example", ("News", "Opinion", "Arts", "Recipes", "Crossword", "Podcasts")),
    ("northwire.example", ("Latest", "Markets", "World", "Video")),
    ("inkandanchor.example", ("Front page", "Longreads", "Newsletter", "About us")),
)


def text(story: str, sentences: slice = slice(None)) -> str:
    """The story as plain text, or some of its sentences, a paragraph each."""
    return "\n\n".join(STORIES[story][sentences])


def page(story: str, site: int) -> str:
    """The story in one of five sites' pages, each of another make."""
    name, menu = SITES[site]
    paragraphs = [f"<p>{html.escape(one)}</p>" for one in STORIES[story]]
    links = "".join(f'<li><a href="/{i}">{entry}</a></li>' for i, entry in enumerate(menu))
    nav = f"<nav><ul>{links}</ul></nav>"
    teasers = "".join(
        f'<li><a href="/t{i}">{name} readers recommend part {i} of our series</a></li>'
        for i in range(4)
    )
    side = f"<aside><h3>Most read on {name}</h3><ul>{teasers}</ul></aside>"
    foot = (
        f"<footer><p>Copyright {name}, all rights reserved.</p>"
        f"<p>We use cookies to make {name} better; read how in our privacy statement.</p></footer>"
    )
    body = "".join(paragraphs)
    if site == 0:
        inner = f"{nav}<main><article><h1>{story}</h1>{body}</article></main>{side}{foot}"
    elif site == 1:
        inner = (
            f'<div id="top">{nav}</div><div class="content"><h2>{story}</h2>'
            f'<div class="story-text">{body}</div><div class="share">Share | Print</div></div>'
            f"{side}{foot}"
        )
    elif site == 2:
        half = len(paragraphs) // 2
        first, second = "".join(paragraphs[:half]), "".join(paragraphs[half:])
        inner = (
            f"{nav}<article><header><h1>{story}</h1><time>12 May</time></header>{first}"
            f'<div class="ad">Advertisement</div>{second}</article>{foot}'
        )
    elif site == 3:
        inner = f"<table><tr><td>{nav}</td><td><article>{body}</article></td></tr></table>{foot}"
    else:
        inner = (
            f"{side}<section><article><p><em>By our correspondent</em></p>{body}"
            f"<p>Sign up for the letter of {name} to get a story like this every morning.</p>"
            f"</article></section>{nav}{foot}"
        )
    title = f"<head><title>{story} - {name}</title></head>"
    return f"<!DOCTYPE html><html>{title}<body>{inner}</body></html>"
