// The clickledger tag: remembers the clicks that brought a visitor here and reports what they did.
// ES5, served as it stands. Whatever fails in here never reaches the page.
(function () {
  'use strict';

  var stub = window.clickledger;
  // The first copy on a page stays in charge; a second one has nothing to do.
  if (stub && stub.loaded === 1) { return; }

  var FIELDS = ['goal', 'order_id', 'amount', 'currency', 'customer_id', 'coupon', 'test'];
  var script = attempt(ownScript) || {};
  var origin = attempt(ownOrigin);
  var landed = attempt(landingId);

  command.loaded = 1;
  command.q = {push: replay}; // a stub that the page took a copy of still works
  attempt(function () { window.clickledger = command; });
  if (landed) { attempt(keep); }
  attempt(drain);

  function attempt(work, argument) {
    try { return work(argument); } catch (error) { return ''; }
  }

  function ownScript() {
    var current = document.currentScript, scripts, i;
    // An element that happens to be named currentScript is not a script.
    if (current && current.src && current.tagName === 'SCRIPT') { return current; }
    // Only at the root: other vendors have a /their/tag.js, and must not be sent our orders.
    scripts = document.getElementsByTagName('script');
    for (i = 0; i < scripts.length; i++) {
      if (/^https?:\/\/[^\/]+\/tag\.js(?![^?#])/.test(scripts[i].src)) { return scripts[i]; }
    }
  }

  function ownOrigin() { return /^https?:\/\/[^\/]+/.exec(script.src)[0]; }

  // What carries the click id: <script data-clid="name"> or tag.js?clid=name.
  function parameter() {
    return script.getAttribute('data-clid') || /[?&]clid=([^&#]+)/.exec(script.src)[1];
  }

  // The last id wins: an earlier one was copied from an address bar into the destination.
  function landingId() {
    var name = attempt(parameter) || 'clid', pairs = location.search.slice(1).split('&');
    var id = '', i, pair;
    for (i = 0; i < pairs.length; i++) {
      pair = /^(.+)=([\w-]{52})$/.exec(attempt(decodeURIComponent, pairs[i]));
      if (pair && (pair[1] === name || pair[1] === 'click_id')) { id = pair[2]; }
    }
    return id;
  }

  // "newest.older.oldest"; a cookie in any other shape is not ours.
  function kept() {
    return /(?:^|; *)clickledger=([\w-]{52}(?:\.[\w-]{52})*)(?:;|$)/.exec(document.cookie)[1];
  }

  // An id is one click: met again, it is a reload and keeps its place. Without cookies the landing
  // page still knows its own.
  function clickIds() {
    var ids = attempt(kept);
    if (landed && ids.indexOf(landed) < 0) { ids = landed + (ids && '.' + ids); }
    return ids.slice(0, 529); // ten of 52 and nine dots
  }

  function keep() {
    document.cookie = 'clickledger=' + clickIds() + ';path=/;max-age=7776000;SameSite=Lax' +
      (location.protocol === 'https:' ? ';Secure' : '');
  }

  function drain() {
    for (var i = 0; i < stub.q.length; i++) { attempt(replay, stub.q[i]); }
  }

  function replay(call) { command(call[0], call[1]); }

  function command(name, data) {
    if (name === 'conversion') { attempt(report, data); }
  }

  // Reported twice is sent twice: what counts once, only the server knows.
  function report(data) {
    var ids = clickIds(), own = /^[\w-]{52}$/.test(data.click_id), body, i, value;
    // Without a click nobody can be credited: such a claim is only noise.
    if (!origin || !(own || ids)) { return; }
    body = 'click_id=' + (own ? data.click_id : ids.slice(0, 52)) + (ids && '&clids=' + ids);
    for (i = 0; i < FIELDS.length; i++) {
      value = data[FIELDS[i]];
      value = value === true ? '1' : value === false || value == null ? '' : String(value);
      if (value) { body += '&' + FIELDS[i] + '=' + encode(value); }
    }
    if (!attempt(beacon, body) && !attempt(post, body)) { attempt(image, body); }
  }

  // Half an emoji, cut off by a length limit, cannot be encoded; the rest can.
  function encode(value) {
    return attempt(encodeURIComponent, value) ||
      encodeURIComponent(value.replace(/[\ud800-\udfff]/g, ''));
  }

  function beacon(body) { return navigator.sendBeacon(origin + '/p', body); }

  // A string goes as text/plain, which needs no preflight.
  function post(body) {
    fetch(origin + '/p', {
      method: 'POST', body: body, mode: 'no-cors', credentials: 'omit', keepalive: true
    }).then(null, function () { attempt(image, body); });
    return true;
  }

  function image(body) { new Image().src = origin + '/p.gif?' + body; }
}());
