#!/usr/bin/python3
"""web_looks: the style sheet of evenhand-web: contrast of all that is read or used, light and dark.

    web_looks.py path/to/source

Text on its ground has 4.5 : 1, the edge of what can be used and what a picture shows 3 : 1 (WCAG 2 AA).
Colours stand in :root alone, so that a pair that is not measured here cannot be written.
"""
import os
import re
import sys

import tap

FOLDER = os.path.join(sys.argv[1], "daemon", "web", "site", "files")
TEXT, THING = 4.5, 3.0
STATES = ["good", "busy", "bad", "off", "accent"]
# What is written on what.
PAIRS = {(text, ground): TEXT for text in ("text", "quiet", "accent", *STATES) for ground in ("ground", "card")}
PAIRS.update({(state, state + "-ground"): TEXT for state in STATES})
PAIRS.update({("text", state + "-ground"): TEXT for state in STATES})
PAIRS.update({("quiet", state + "-ground"): TEXT for state in STATES})
PAIRS.update({("on-accent", "accent"): TEXT, ("ground", "text"): TEXT, ("bad-ground", "bad"): TEXT})
# Edges of controls, the ring of the focus, and what pictures draw: on the page, in a card, on their track.
for thing in ("edge", "accent", "series-1", "series-2", "series-3", "series-4"):
    PAIRS.update({(thing, ground): max(THING, PAIRS.get((thing, ground), 0)) for ground in ("ground", "card")})
for thing in ("accent", "busy", "series-2", "series-3"):
    PAIRS[thing, "line"] = THING
for ground in ("good-ground", "busy-ground", "off-ground", "accent-ground"):
    PAIRS["accent", ground] = THING


def sheet():
    with open(os.path.join(FOLDER, "style.css"), encoding="utf-8") as f:
        return re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)


def colours(text):
    """{name: "#rrggbb"} of a block of custom properties"""
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", text))


def roots():
    light, dark = (colours(block) for block in re.findall(r":root \{(.*?)\}", sheet(), re.S))
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour):
    """Relative, as WCAG 2 has it."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def contrast_is_measured_as_wcag_has_it():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert round(contrast("#ffffff", "#949494"), 2) == 3.03


def each_pair_can_be_read():
    weak = ["%s: %s on %s: %.2f, not %s" % (theme, text, ground, contrast(names[text], names[ground]), least)
            for theme, names in roots().items() for (text, ground), least in sorted(PAIRS.items())
            if contrast(names[text], names[ground]) < least]
    assert not weak, "\n".join(weak)


def dark_has_every_colour_of_light():
    light, dark = (colours(block) for block in re.findall(r":root \{(.*?)\}", sheet(), re.S))
    assert light and set(light) == set(dark), set(light) ^ set(dark)


def colours_stand_in_root_alone():
    rest = re.sub(r":root \{.*?\}", "", sheet(), flags=re.S)
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|\brgba?\(|\bhsla?\(|:\s*(?:black|white|red|green|gray)\b", rest)
    assert not found, found
    scripts = [name for name in os.listdir(FOLDER) if name.endswith(".js")]
    for name in scripts:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
            assert not re.search(r"[\"']#[0-9a-fA-F]{6}[\"']", f.read()), name


def each_rule_has_a_pair_that_is_measured():
    """Where one rule has both a ground and what is written on it."""
    grey = "var\\(--([a-z0-9-]+)\\)"
    for rule in re.findall(r"\{([^{}]*)\}", re.sub(r":root \{.*?\}", "", sheet(), flags=re.S)):
        ground = re.search(r"background(?:-color)?: " + grey, rule)
        text = re.search(r"(?<![a-z-])color: " + grey, rule)
        if ground and text:
            assert (text[1], ground[1]) in PAIRS, rule


def motion_can_be_turned_off():
    text = sheet()
    assert "animation" in text
    still = re.search(r"@media \(prefers-reduced-motion: reduce\) \{(.*?)\n\}", text, re.S)
    assert still and "animation-duration" in still[1] and "transition: none" in still[1], still
    with open(os.path.join(FOLDER, "chart.js"), encoding="utf-8") as f:
        assert "prefers-reduced-motion" in f.read()


def the_focus_is_to_be_seen():
    text = sheet()
    assert re.search(r":focus-visible \{[^}]*outline: 3px solid var\(--accent\)", text)
    bare = [rule for rule in re.findall(r"([^{}]+)\{[^{}]*outline: (?:none|0)", text) if rule.strip() != "main:focus"]
    assert not bare, bare


tap.play([contrast_is_measured_as_wcag_has_it, each_pair_can_be_read, dark_has_every_colour_of_light,
          colours_stand_in_root_alone, each_rule_has_a_pair_that_is_measured, motion_can_be_turned_off,
          the_focus_is_to_be_seen])
