"""Sentences in which tokenisers and models of names go wrong."""

from __future__ import annotations

PLAIN = (
    "Mayor Anneke de Vries opened the tram line between Utrecht and Nieuwegein on Thursday.",
    "Shares of Brightwater Energy Plc fell 4.7% to £12.35 after the Bank of England's decision.",
    "“We can't say it's over,” Dr. Kwame Boateng of St. Mary's Hospital told the BBC at 6:30 p.m.",
    "The U.S., the U.K. and the EU signed the Lisbon Protocol in Sept. 2019, Reuters reported.",
    "In the 1970s some 3,500 Catalans, Basques and Bretons met in Perpignan every two years.",
    "Flight AZ-1147 from Rome (FCO) to New York's JFK was diverted to Shannon; nobody was hurt.",
    "The Ministry of Agriculture, Fisheries and Food paid $2.3bn -- twice the sum of last year.",
    "Novak/Petrenko won 6-4, 7-6(5) in the Open's first round, said coach Maria-Luisa O'Connor.",
    "See https://news.example/a?b=c&d=e#f, www.example.org or write to desk@example.co.uk.",
    "He’s gonna leave 'cause y'all wouldn’t've asked; she'd've stayed, ma'am, at 10a.m. or 5pm.",
    "“War and Peace” by Leo Tolstoy and ‘The Overcoat’ were read aloud during Ramadan and Lent.",
    "Lake Victoria, the Nile and Mount Kenya: a photographer's year in Kisumu, Jinja and Nyeri.",
    "The colour of the theatre's grey programme, the Defence Committee's chairman was told.",
    "PERSON and DATE, dep and nsubj, ORG: words that are also names of symbols; NORM, LAW, acl.",
    "Jan. 3–5, No. 7, Prof. Ada Lim, Ph.D., and Messrs. Gray & Sons Ltd. v. Commonwealth of Ohio",
    "A 5km run, 12kg of rice, 30°C, 90°F, 100mph, €5m, US$40, C$12, ₹900 crore and 3½ hours later",
    "snake_case and camelCase, state-of-the-art, mother-in-law, 24/7, and/or, C++, C#, F#, .NET",
    "Prime Minister Sanna Lindqvist-Okoro, 41, met Germany's chancellor in Berlin on 1 May 2021.",
)

ODD = (
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    " \n a",
    "Oslo",
    "Oslo ",
    " Oslo",
    ".",
    "...",
    "’",
    "Paris\nTexas\n\nLondon\r\nOntario\r\n",
    "New\nYork, New\r\nYork, New \n York and New\u2028York and New\u0085York",
    "  Two   spaces \t tabs\tand\u00a0hard\u00a0spaces in "
    "New\u00a0\u00a0Delhi \u3000 and Rio\u2009de\u200aJaneiro",
    "Berlin\u200b, Ber\u00adlin, \ufeffBerlin, "
    "\u200eBerlin\u200f, Ber\u2060lin and \u202aBerlin\u202c",
    "🚢 Hamburg 🇩🇪 and 👩‍👩‍👧 Bremen❤️, Kiel🙂Lübeck 👍🏽 (Rostock) :) :-( ^_^ xD <3 ಠ_ಠ ¯\\(ツ)/¯",
    "Cafe\u0301 de Flore, Zu\u0308rich, Kher\u0301son, e\u0301e\u0301e\u0301 and \u0301Warsaw",
    "İstanbul, ISTANBUL, ıstanbul, Straße, STRASSE, ﬁnland, Ωmega, Åse Ærø, Đorđe and Čedo",
    "北京大学和清华大学的教授星期一在上海会见了王小明。"
    "東京都の小池知事は大阪へ。서울의 김 대통령은 말했다.",
    "قال الرئيس أحمد بن علي في القاهرة يوم الاثنين إن شركة النيل ستبني ١٢٠ سفينة، “قريباً”.",
    "ראש הממשלה נפגש בירושלים עם שר החוץ של צרפת ביום שלישי.",
    "Президент Іван Коваленко прибув до Києва; Мария Петрова из «Газпрома» — в Москву, 5 мая.",
    "मुंबई में प्रधानमंत्री ने कहा। กรุงเทพมหานคร และ นายกรัฐมนตรี",
    "((((Tokyo)))), [[Osaka]], {Kyoto}, «Nara», ‹Kobe›, ‘‘Gifu’’, ``Nagoya'', --Sendai--, *Ōtsu*",
    "Tokyo)(Osaka, Kyoto/Nara/Kobe, Gifu…Nagoya, Sendai...Sapporo, Naha;Otaru:Hakodate!?Aomori",
    "a.b.c.d U.S.A.F. e.g. i.e. etc. vs. p.m.. Inc., Corp.) Co.’s Bros.! Ltd.?? St.-Denis No.5",
    "'Tis ’twas ’em ’n’ rock'n'roll o’clock '90s ’60s 'S ’S s' James' James’s 'Cause ’Cause",
    "1,000,000.00 1.000.000,00 12:30:45 2021-03-04T05:06:07Z 3/4/21 +44 20 7946 0000 #1 @home 5%",
    "10.0.0.1 http://10.0.0.1/ ftp://example.com:21/x mailto:a@b.co x@y //a.b/c file:///etc/hosts",
    "\\n \\t \\x41 <b>Madrid</b> &amp; &nbsp; <a href='x'>Sevilla</a> [1] {2} |3| ~4~ ^5^ =6= +7",
    "x" * 150 + " Lima " + "é" * 99 + " Quito " + "A1" * 60 + " " + "-" * 80,
    "\x00\x01\x1c\x1d\x1e\x1f\x7f Vienna\x0b\x0cGraz\x85Linz \ufffd\ufffe Salzburg",
    "𝕃𝕠𝕟𝕕𝕠𝕟 𝐏𝐚𝐫𝐢𝐬 Ｒｏｍｅ ⓂⒶⒹⓇⒾⒹ and 𐍈𐌿𐍂",
    "MR. AND MRS. JOHN SMITH OF SPRINGFIELD, ILL. WERE IN WASHINGTON, D.C., ON FRI., OCT. 12",
    ": ) : ( ; ) 8 ) . . . ' s ' Cause ( : < 3 =) =( :: :/ ://",
)

SENTENCES = (*PLAIN, *ODD)

PARTS = (
    "Ivana Kolar", "Kolar’s", "the U.S.", "Kharkiv", "Paris, Ky.", "Al Jazeera", "Monday", "Apple",
    "Bank of", "University", "the ", " of ", " and ", " in ", " said ", "don't", "can’t", "I'm",
    "’s", "'s", "’", "'", "“", "”", '"', "``", "(", ")", "[", "]", "<", ">", "{", "}", "--", "—",
    "-", "...", "…", ".", ",", ", ", ";", ":", "!", "?", "/", "//", "@", "#", "%", "$", "€", "US$",
    "&", "*", "_", "=", "+", "^", "~", "|", "\\", "5", "12", "1990s", "10a.m", "p.m.", "km", "kg",
    "3.5", "1,000", "e.g.", "Mr.", "Inc.", "www.", "http://", "example", ".com", ":)", ":-(", "<3",
    "xD", "°C", "dep", "PERSON", "Cause", "Jan", "a", "I", "x", "X", "é", "e\u0301", "ß", "İ",
    " ", " ", " ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\u3000", "\u0085", "\x1c",
    "\u200b", "\u00ad", "\ufeff", "\u200f", "\ufffd", "\x00", "🚢", "👩‍👩‍👧", "🇩🇪", "👍🏽", "شركة",
    "القاهرة", "ירושלים", "Київ", "Москва", "東京", "北京大学",
    "서울", "मुंबई", "กรุงเทพ", "。", "，", "؟",
)  # fmt: skip
"""What texts are put together from."""
