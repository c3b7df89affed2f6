"use strict";
// Sorts the tables by a click on a heading, and shows the students that are asked for.

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.key ?? cell.textContent.trim();
}

function compare(one, other, sign) {
  if (one === "" || other === "") return (one === "") - (other === ""); // what has nothing stands last
  const difference = Number(one) - Number(other);
  return sign * (Number.isNaN(difference) ? collator.compare(one, other) : difference);
}

function sort(heading) {
  const table = heading.closest("table");
  const column = heading.cellIndex;
  const descending = heading.getAttribute("aria-sort") === "ascending";
  const rows = [...table.tBodies[0].rows].map((row) => [key(row, column), row]);
  rows.sort(([one], [other]) => compare(one, other, descending ? -1 : 1));
  table.tBodies[0].append(...rows.map(([, row]) => row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

for (const heading of document.querySelectorAll("table.sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => sort(heading));
}

const search = document.querySelector("#search");
const filter = document.querySelector("#filter");
const students = document.querySelector("#students");

function show() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const row of students.tBodies[0].rows) {
    const fits =
      (!wanted || row.cells[0].textContent.toLowerCase().includes(wanted)) &&
      (!filter.value || row.dataset.kinds.split(" ").includes(filter.value));
    row.hidden = !fits;
    shown += fits;
  }
  document.querySelector("#shown").textContent = `${shown} of ${students.tBodies[0].rows.length} students`;
}

search.addEventListener("input", show);
filter.addEventListener("input", show);
document.querySelector("#tools").hidden = false;
show();
