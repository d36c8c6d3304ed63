// A figure as PNG: the browser draws the SVG that the server made, twice as large as it is, and keeps it as a file.

/** @import { Figure } from "./types.d.ts" */

const SCALE = 2;

/** @type {(svg: string) => Promise<Blob>} */
export async function drawn(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: SCALE * image.width, height: SCALE * image.height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser cannot make a PNG of this size."))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

let last = "";

// The page is drawn again and again with the same figure: it is a file once.
/** @type {(figure: Figure | null) => Promise<void>} */
export async function keepOnce(figure) {
  if (!figure || figure.id === last) return;
  last = figure.id;
  const address = URL.createObjectURL(await drawn(figure.svg));
  Object.assign(document.createElement("a"), { href: address, download: figure.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
