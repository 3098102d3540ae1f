"use strict";
// The map of the report: a squarified treemap of the tree in #data. A node is {name, detail, bytes, age, old, used,
// children}; what has children can be opened. Names come from outside: they are only ever set as text.
(() => {
    const kHead = 24;           // height of a group's title
    const kInset = 4;
    const kSmallestArea = 120;  // pixels; what would be smaller is shown together
    const kGroup = {width: 84, height: 58};  // smaller groups are one tile

    const tip = document.getElementById("tip");
    const map = document.getElementById("map");
    const card = document.getElementById("map-card");
    const trail = [];           // from the whole store to what is shown
    const nodes = new WeakMap();  // of the buttons in the map

    // --- text

    function sizeText(bytes) {
        const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        let unit = 0;
        for (; bytes >= 1024 && unit + 1 < units.length; ++unit) bytes /= 1024;
        return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
    }

    function shareText(node) {
        const percent = 100 * node.bytes / trail[0].bytes;
        return percent < 0.1 ? "less than 0.1 % of the store" : `${percent.toFixed(1)} % of the store`;
    }

    function facts(node) {
        const lines = [`${sizeText(node.bytes)}, ${shareText(node)}`];
        if (node.detail) lines.unshift(node.detail);
        if (node.used) lines.push("in use now");
        else if (node.age) lines.push(`last used ${node.age} ago`);
        return lines;
    }

    function element(tag, className, text) {
        const made = document.createElement(tag);
        made.className = className;
        if (text !== undefined) made.textContent = text;
        return made;
    }

    // --- layout

    const sum = (list) => list.reduce((total, node) => total + node.bytes, 0);

    // What is too small to be seen becomes one node.
    function gather(list, box) {
        const shown = list.filter((node) => node.bytes > 0);
        const room = box.width * box.height / kSmallestArea;
        const least = sum(shown) / room;
        let count = shown.findIndex((node) => node.bytes < least);
        if (count < 0) return shown;
        if (count === 0) count = Math.floor(room / 2);
        if (shown.length - count < 2) return shown;
        const small = shown.slice(count);
        const rest = {
            name: `${small.length} smaller ones`,
            bytes: sum(small),
            children: small,
            section: small[0].section,
            old: Math.min(...small.map((node) => node.old)),
            used: small.some((node) => node.used),
            isRest: true,
        };
        return [...shown.slice(0, count), rest].sort((a, b) => b.bytes - a.bytes);
    }

    // The worst ratio of sides in a row of tiles along a side of this length.
    function worst(row, side) {
        const squared = row.sum * row.sum, length = side * side;
        return Math.max(length * row.largest / squared, squared / (length * row.smallest));
    }

    // Puts a row at the left or upper edge of what is free; gives back what is free then.
    function placeRow(row, free, put) {
        const upright = free.width >= free.height;
        const thickness = row.sum / (upright ? free.height : free.width);
        let at = upright ? free.top : free.left;
        for (const {node, area} of row.items) {
            const next = at + area / thickness;
            put(node, upright ? {left: free.left, top: at, right: free.left + thickness, bottom: next}
                              : {left: at, top: free.top, right: next, bottom: free.top + thickness});
            at = next;
        }
        return upright
            ? {...free, left: free.left + thickness, width: free.width - thickness}
            : {...free, top: free.top + thickness, height: free.height - thickness};
    }

    // Bruls, Huizing, van Wijk: Squarified Treemaps (2000). `list`: largest first. Edges are rounded, not sizes, so
    // tiles neither overlap nor leave gaps.
    function squarify(list, box, put) {
        const scale = box.width * box.height / sum(list);
        let free = {left: 0, top: 0, width: box.width, height: box.height};
        let row = null;
        const putRounded = (node, edges) => put(node, {
            left: Math.round(edges.left),
            top: Math.round(edges.top),
            width: Math.round(edges.right) - Math.round(edges.left),
            height: Math.round(edges.bottom) - Math.round(edges.top),
        });
        for (const node of list) {
            const area = node.bytes * scale;
            const side = Math.min(free.width, free.height);
            const longer = row && {sum: row.sum + area, largest: row.largest, smallest: area};
            if (row && worst(longer, side) <= worst(row, side)) {
                row = {...longer, items: row.items};
            } else {
                if (row) free = placeRow(row, free, putRounded);
                row = {sum: area, largest: area, smallest: area, items: []};
            }
            row.items.push({node, area});
        }
        if (row) placeRow(row, free, putRounded);
    }

    function setBox(item, box) {
        for (const side of ["left", "top", "width", "height"]) item.style[side] = `${box[side]}px`;
    }

    // --- drawing

    function button(node, className) {
        const made = element("button", className);
        made.type = "button";
        made.tabIndex = -1;
        const opens = node.children ? ", opens" : "";
        made.setAttribute("aria-label", `${[node.name, ...facts(node)].join(", ")}${opens}`);
        nodes.set(made, node);
        return made;
    }

    function drawTile(node, box) {
        const names = ["tile", `old-${node.old}`];
        if (node.section) names.push(`s-${node.section}`);
        if (node.used) names.push("used");
        if (node.children) names.push("opens");
        const tile = button(node, names.join(" "));
        setBox(tile, box);
        if (box.width >= 40 && box.height >= 20) tile.append(element("span", "name", node.name));
        if (box.width >= 56 && box.height >= 38) tile.append(element("span", "size", sizeText(node.bytes)));
        return tile;
    }

    function drawGroup(node, box) {
        const group = element("div", node.section ? `group s-${node.section}` : "group");
        setBox(group, box);
        const head = button(node, "head");
        head.append(element("span", "name", node.name), element("span", "size", sizeText(node.bytes)));
        const area = element("div", "area");
        const inner = {width: box.width - 2 * kInset, height: box.height - kHead - kInset};
        setBox(area, {left: kInset, top: kHead, ...inner});
        fill(area, node.children, inner);
        group.append(head, area);
        return group;
    }

    function fill(area, list, box) {
        squarify(gather(list, box), box, (node, place) => {
            const isGroup = node.children && !node.isRest && place.width >= kGroup.width && place.height >= kGroup.height;
            area.append(isGroup ? drawGroup(node, place) : drawTile(node, place));
        });
    }

    function drawTrail() {
        document.getElementById("trail").replaceChildren(...trail.map((node, depth) => {
            const step = element("button", "", `${node.name} (${sizeText(node.bytes)})`);
            step.type = "button";
            if (depth + 1 === trail.length) step.setAttribute("aria-current", "true");
            step.addEventListener("click", () => goUp(trail.length - 1 - depth));
            const item = document.createElement("li");
            item.append(step);
            return item;
        }));
    }

    function draw() {
        tip.hidden = true;
        const area = element("div", "area");
        const box = {left: 0, top: 0, width: map.clientWidth, height: map.clientHeight};
        setBox(area, box);
        fill(area, trail.at(-1).children, box);
        map.replaceChildren(area);
        const first = buttons()[0];
        if (first) first.tabIndex = 0;
        drawTrail();
    }

    // --- moving

    const buttons = () => [...map.querySelectorAll("button")];

    function focusOn(target) {
        if (!target) return;
        for (const other of map.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
        target.tabIndex = 0;
        target.focus();
    }

    function open(node) {
        trail.push(node);
        draw();
        focusOn(buttons()[0]);
    }

    function goUp(steps) {
        if (steps < 1 || steps >= trail.length) return;
        const left = trail.splice(trail.length - steps)[0];
        draw();
        focusOn(buttons().find((item) => nodes.get(item) === left) ?? buttons()[0]);
    }

    // A tile that cannot be opened opens what it is part of.
    function activate(target) {
        const node = nodes.get(target);
        if (node.children) return open(node);
        const group = target.parentElement.closest(".group");
        if (group) open(nodes.get(group.firstElementChild));
    }

    const directions = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

    // The nearest button that way; what lies aside counts double.
    function neighbour(from, [dx, dy]) {
        const middle = (item) => {
            const box = item.getBoundingClientRect();
            return {x: box.left + box.width / 2, y: box.top + box.height / 2};
        };
        const start = middle(from);
        let best = null, least = Infinity;
        for (const item of buttons()) {
            const to = middle(item), x = to.x - start.x, y = to.y - start.y;
            const ahead = x * dx + y * dy;
            const distance = ahead + 2 * Math.abs(x * dy + y * dx);
            if (ahead > 0.5 && distance < least) [best, least] = [item, distance];
        }
        return best;
    }

    function onKey(event) {
        const target = event.target.closest("button");
        if (event.key === "Escape" || event.key === "Backspace") goUp(1);
        else if (event.key === "Home") focusOn(buttons()[0]);
        else if (event.key === "End") focusOn(buttons().at(-1));
        else if (target && directions[event.key]) focusOn(neighbour(target, directions[event.key]));
        else return;
        event.preventDefault();
    }

    function showTip(event) {
        const target = event.target.closest("button");
        const node = target && nodes.get(target);
        tip.hidden = !node;
        if (!node) return;
        tip.replaceChildren(element("b", "", node.name), ...facts(node).map((line) => element("div", "", line)));
        const frame = card.getBoundingClientRect(), box = target.getBoundingClientRect();
        const left = box.left - frame.left + Math.min(16, box.width / 2);
        const top = box.top - frame.top + Math.min(30, box.height);
        tip.style.left = `${Math.max(8, Math.min(left, frame.width - tip.offsetWidth - 8))}px`;
        tip.style.top = `${Math.max(8, Math.min(top, frame.height - tip.offsetHeight - 8))}px`;
    }

    // --- start

    // Children get their section's colour.
    function prepare(node, section) {
        node.section = node.section ?? section;
        for (const child of node.children ?? []) prepare(child, node.section);
    }

    const root = JSON.parse(document.getElementById("data").textContent);
    if (!root.bytes) return;
    prepare(root, "");
    trail.push(root);
    card.hidden = false;
    draw();
    map.addEventListener("click", (event) => {
        const target = event.target.closest("button");
        if (target) activate(target);
    });
    map.addEventListener("keydown", onKey);
    map.addEventListener("mouseover", showTip);
    map.addEventListener("focusin", showTip);
    map.addEventListener("mouseleave", () => { tip.hidden = true; });
    map.addEventListener("focusout", () => { tip.hidden = true; });
    let width = map.clientWidth;
    new ResizeObserver(() => {
        if (map.clientWidth === width) return;
        width = map.clientWidth;
        draw();
    }).observe(map);
})();
