"""JavaScript that reads the browser's own clock, so that what is measured is what happens on the screen.

A moment counts from the event (the key, the click) to the animation frame after the change: by then it is painted.
"""

from __future__ import annotations

from bench.sites import Site


def opening(site: Site) -> str:
    """For every new page: notes when controls and shapes are first painted, in ms since the navigation began."""
    return f"""(() => {{
        const seen = (window.seen = {{}});
        const wanted = {{ controls: () => {site.controls}, shapes: () => {site.shapes} }};
        const look = () => {{
            for (const [name, there] of Object.entries(wanted))
                if (!(name in seen) && there()) {{
                    seen[name] = null;
                    requestAnimationFrame(() => (seen[name] = performance.now()));
                }}
            if (Object.keys(seen).length < 2) requestAnimationFrame(look);
        }};
        requestAnimationFrame(look);
    }})()"""


SEEN = "() => window.seen?.controls && window.seen?.shapes ? window.seen : null"


def move(site: Site, timesteps: int) -> str:
    """From the next key pressed to shapes with so many timesteps; `window.measured` is ms."""
    there = site.memory.replace("TIMESTEPS", str(timesteps))
    return f"""() => {{
        window.measured = new Promise(done => addEventListener("keydown", event => {{
            const look = () => {there}
                ? requestAnimationFrame(() => done(performance.now() - event.timeStamp)) : requestAnimationFrame(look);
            look();
        }}, {{ capture: true, once: true }}));
    }}"""


def training(site: Site) -> str:
    """From the next click to the end of training; `window.measured` is first and done (ms since the click), redraws (how
    many frames showed something new while it trained), seconds (from the first point to the end), and replaced: how many
    nodes were put in another's place. Nodes on the page before the click count as the first ones."""
    return f"""() => {{
        const nodes = new Set({site.nodes});
        let most = nodes.size;
        window.measured = new Promise(done => addEventListener("click", event => {{
            let first = null, last = {site.drawn}, redraws = 0;
            const look = () => {{
                const now = performance.now();
                const present = {site.nodes};
                present.forEach(node => nodes.add(node));
                most = Math.max(most, present.length);
                if (first === null && {site.point}) requestAnimationFrame(() => (first ??= performance.now()));
                const drawn = {site.drawn};
                if (first !== null && drawn !== last) redraws++;
                last = drawn;
                if (first !== null && {site.done}) {{
                    const ended = now - event.timeStamp, began = first - event.timeStamp;
                    done({{ first: began, done: ended, redraws, seconds: (ended - began) / 1000,
                            replaced: nodes.size - most }});
                }} else requestAnimationFrame(look);
            }};
            look();
        }}, {{ capture: true, once: true }}));
    }}"""


STOP = """() => {
    window.measured = new Promise(done => addEventListener("click", event => {
        const look = () => document.querySelector("[data-live]").dataset.state === "stopped"
            ? requestAnimationFrame(() => done(performance.now() - event.timeStamp)) : requestAnimationFrame(look);
        look();
    }, { capture: true, once: true }));
}"""
