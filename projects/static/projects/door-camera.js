// Reads QR codes from the camera: with the browser's own BarcodeDetector where it has one, else with npm's `qr`.

const LOOK_MS = 180;
const SAME_MS = 3000; // a ticket that is still held before the camera is not scanned again

/** Return a detector, null where there is none: npm's library may be missing. */
export async function detector(library) {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) return new globalThis.BarcodeDetector({ formats: ["qr_code"] });
  const found = await import(library).catch(() => null);
  return found && new found.BarcodeDetector({ formats: ["qr_code"] });
}

/** Show the camera in `video` and call `found(text)` for each code; return what stops it. */
export async function watch(video, eye, found) {
  const wanted = { video: { facingMode: "environment", width: { ideal: 640 }, height: { ideal: 480 } } };
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  video.srcObject = stream;
  await video.play();
  let going = true;
  let last = { text: "", at: 0 };
  (async () => {
    while (going) {
      const codes = await eye.detect(video).catch(() => []);
      for (const { rawValue } of codes) {
        const again = rawValue === last.text && performance.now() - last.at < SAME_MS;
        last = { text: rawValue, at: performance.now() };
        if (!again) await found(rawValue);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  })();
  return () => {
    going = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
