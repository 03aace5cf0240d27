'use strict';
(() => {
  const $ = id => document.getElementById(id);
  const body = document.body, posts = $('posts'), line = $('line'), list = $('choices'), dialog = $('dialog'), say = $('status');
  const seat = new URLSearchParams({ as: body.dataset.as, in: body.dataset.in });

  // Times are shown in the reader's own zone.
  const clock = { hour: 'numeric', minute: '2-digit' };
  const forms = {
    '': clock, secs: { ...clock, second: '2-digit' }, day: { weekday: 'short', day: 'numeric', month: 'short', ...clock },
    full: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', ...clock },
  };
  const own = root => {
    for (const t of root.querySelectorAll('time[datetime]')) {
      const at = new Date(t.dateTime);
      const today = t.dataset.form === 'day' && at.toDateString() === new Date().toDateString();
      t.textContent = (today ? 'today, ' : '') + new Intl.DateTimeFormat(undefined, forms[today ? '' : t.dataset.form || '']).format(at);
      t.title = at.toLocaleString();
    }
    return root;
  };
  // What the server sends is written by its templates, which escape all that was typed.
  const made = html => {
    const t = document.createElement('template');
    t.innerHTML = html;
    return own(t.content);
  };

  // What happens, as it happens.
  function place(u) {
    const old = $(u.id);
    if (!u.html) return old && old.remove();
    const fresh = made(u.html).firstElementChild;
    if (old) {
      const before = old.querySelector(':scope > .said');
      const held = before.contains(document.activeElement) && document.activeElement.textContent;
      const after = fresh.querySelector(':scope > .said');
      before.replaceWith(after);
      if (held) [...after.querySelectorAll('button, a')].find(b => b.textContent === held)?.focus();
      return;
    }
    $('nothing')?.remove();
    fresh.classList.add('fresh');
    (u.parent && $(u.parent)?.querySelector(':scope > .thread') || posts).append(fresh);
  }
  function part(box, html) {
    const held = box.contains(document.activeElement) && document.activeElement.id;
    box.replaceChildren(made(html));
    if (held) $(held)?.focus();
  }
  // How the system does is said once where it cannot be seen, when it changes.
  function system(html) {
    const does = () => $('system').querySelector('.does').textContent.trim(), was = does();
    part($('system'), html);
    if (does() !== was) $('news').textContent = does();
  }
  // A new picture takes the place of the old one when it is there.
  function view(v) {
    const box = $('view-' + v.n), old = box.querySelector('iframe:last-of-type'), fresh = old.cloneNode();
    fresh.src = `/views/${v.n}?rev=${v.rev}`;
    fresh.onload = () => old.remove();
    old.after(fresh);
    box.querySelector('.says').textContent = v.says;
  }
  const stream = new EventSource('/events?' + seat + '&rev=' + body.dataset.rev);
  stream.onmessage = e => {
    const u = JSON.parse(e.data);
    if (u.run !== body.dataset.run) return location.reload(); // the demo was started anew
    const low = posts.scrollHeight - posts.scrollTop - posts.clientHeight < 120;
    (u.posts || []).forEach(place);
    if (low && u.posts) posts.scrollTop = posts.scrollHeight;
    (u.rooms || []).forEach(r => news(r.address, r.rev, r.state));
    if (u.panel) part($('bot'), u.panel);
    if (u.system) system(u.system);
    (u.views || []).forEach(view);
    if (say.dataset.lost) tell('');
  };
  stream.onerror = () => { tell('The demo does not answer. If you ended it, start it again.'); say.dataset.lost = '1'; };

  function tell(text) {
    say.textContent = text;
    delete say.dataset.lost;
  }

  // Which channels have news for this tab.
  const memory = `seen ${body.dataset.run} ${body.dataset.as}`, seen = JSON.parse(sessionStorage.getItem(memory) || '{}');
  function news(address, rev, state) {
    const a = document.querySelector(`nav a[data-room="${CSS.escape(address)}"]`);
    if (!a) return;
    if (state !== undefined) a.querySelector('.state').textContent = state;
    if (address === body.dataset.in || !(address in seen)) seen[address] = rev;
    const fresh = rev > seen[address];
    a.classList.toggle('news', fresh);
    a.querySelector('.dot').hidden = !fresh;
    sessionStorage.setItem(memory, JSON.stringify(seen));
  }
  for (const a of document.querySelectorAll('nav a')) news(a.dataset.room, +a.dataset.rev);

  // What a person does.
  async function act(path, fields) {
    const sent = new URLSearchParams(seat);
    for (const [k, v] of fields) sent.append(k, v);
    try {
      const res = await fetch(path, { method: 'POST', body: sent });
      const done = res.ok ? await res.json() : { fault: await res.text() };
      if (done.form) show(done.form);
      return done;
    } catch {
      return { fault: 'The demo does not answer.' };
    }
  }
  function show(html) {
    dialog.replaceChildren(made(html));
    dialog.showModal();
    dialog.querySelector('input, select, textarea, [type=submit]')?.focus();
  }
  function ask(question, deed) {
    const form = made('<form method="dialog"><h2 id="dialog-title"></h2><div class="acts end"><button class="act" value="">Cancel</button>' +
      '<button class="act danger" value="yes"></button></div></form>');
    form.querySelector('h2').textContent = question;
    form.querySelector('[value=yes]').textContent = deed;
    dialog.replaceChildren(form);
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
  }
  dialog.addEventListener('close', () => { if (document.activeElement === body) line.focus(); });
  document.addEventListener('click', async e => {
    const b = e.target.closest('button');
    if (!b) return;
    const d = b.dataset;
    if ('close' in d) dialog.close();
    if (d.show) toggle(d.show);
    if (b.id === 'kill') tell((await act('/kill', [])).fault || '');
    if (d.turn && b.ariaDisabled !== 'true') tell((await act('/system', [['to', d.turn]])).fault || '');
    if (d.dismiss) {
      await act('/dismiss', [['post', d.dismiss]]);
      line.focus();
    }
    if (d.press && !d.busy && (!d.confirm || await ask(d.confirm, b.textContent))) {
      d.busy = 'yes'; // not disabled: that would lose the focus
      const done = await act('/press', [['post', d.press], ['n', d.n]]);
      delete d.busy;
      tell(done.fault || '');
    }
  });
  dialog.addEventListener('submit', async e => {
    const form = e.target;
    if (!('command' in form.dataset)) return;
    e.preventDefault();
    const button = form.querySelector('[type=submit]'), fault = form.querySelector('.fault');
    button.disabled = true;
    const done = await act('/submit', [['command', form.dataset.command], ...new FormData(form)]);
    button.disabled = false;
    if (!done.fault) return done.form || dialog.close();
    fault.textContent = done.fault;
    fault.hidden = false;
    const field = done.field && form.querySelector(`[data-field="${CSS.escape(done.field)}"]`);
    (field || form).querySelector('input, select, textarea')?.focus();
  });
  $('you').addEventListener('change', e => { seat.set('as', e.target.value); location = '/?' + seat; });
  function toggle(what) {
    body.dataset.shown = body.dataset.shown === what ? '' : what;
    for (const b of document.querySelectorAll('[data-show]')) b.setAttribute('aria-expanded', b.dataset.show === body.dataset.shown);
  }
  document.addEventListener('keydown', e => {
    if (e.key !== 'Escape' || !body.dataset.shown || dialog.open) return;
    document.querySelector(`[data-show=${body.dataset.shown}]`).focus();
    toggle(body.dataset.shown);
  });
  $('find').addEventListener('input', e => {
    const word = e.target.value.toLowerCase();
    for (const li of document.querySelectorAll('nav li')) li.hidden = !li.textContent.toLowerCase().includes(word);
    for (const s of document.querySelectorAll('nav section')) s.hidden = !s.querySelector('li:not([hidden])');
  });

  // The line, with ways to go on.
  let chosen = -1, asked = 0, typed = [];
  const close = () => {
    list.hidden = true;
    chosen = -1;
    line.setAttribute('aria-expanded', 'false');
    line.removeAttribute('aria-activedescendant');
  };
  async function complete() {
    const text = line.value, mine = ++asked;
    if (!text.startsWith('/')) return close();
    const res = await fetch('/complete?' + seat + '&' + new URLSearchParams({ line: text })).catch(() => null);
    const found = res && res.ok ? await res.json() : [];
    if (mine !== asked) return;
    if (!found.length) return close();
    list.replaceChildren(...found.map((c, n) => {
      const li = document.createElement('li'), value = document.createElement('b'), label = document.createElement('span');
      li.id = 'choice-' + n;
      li.setAttribute('role', 'option');
      li.dataset.value = value.textContent = c.Value;
      label.textContent = c.Label;
      li.append(value, label);
      return li;
    }));
    list.dataset.line = text;
    list.hidden = false;
    line.setAttribute('aria-expanded', 'true');
    choose(-1);
  }
  function choose(n) {
    const all = [...list.children];
    chosen = n < 0 ? -1 : n % all.length;
    all.forEach((li, k) => li.setAttribute('aria-selected', k === chosen));
    if (chosen < 0) return line.removeAttribute('aria-activedescendant');
    line.setAttribute('aria-activedescendant', all[chosen].id);
    all[chosen].scrollIntoView({ block: 'nearest' });
  }
  function take(li) {
    line.value = line.value.replace(/\S*$/, () => li.dataset.value + ' ');
    close();
    line.focus();
    complete();
  }
  line.addEventListener('input', complete);
  line.addEventListener('blur', close);
  list.addEventListener('mousedown', e => {
    e.preventDefault();
    const li = e.target.closest('li');
    if (li) take(li);
  });
  line.addEventListener('keydown', e => {
    const open = !list.hidden, count = list.children.length;
    if (e.key === 'ArrowDown' && open) choose(chosen + 1);
    else if (e.key === 'ArrowUp' && open) choose(chosen < 1 ? count - 1 : chosen - 1);
    else if (e.key === 'ArrowUp' && !line.value && typed.length) line.value = typed[typed.length - 1];
    else if (e.key === 'Escape' && open) close();
    else if (e.key === 'Tab' && open && !e.shiftKey && (chosen >= 0 || /\S$/.test(line.value))) {
      if (chosen >= 0 || list.dataset.line === line.value) take(list.children[Math.max(chosen, 0)]); // not those of an older line
    }
    else if (e.key === 'Enter' && open && chosen >= 0) take(list.children[chosen]);
    else return;
    e.preventDefault();
  });
  $('say').addEventListener('submit', async e => {
    e.preventDefault();
    const text = line.value;
    if (!text.trim()) return;
    asked++;
    close();
    line.value = '';
    posts.scrollTop = posts.scrollHeight;
    const done = await act('/say', [['line', text]]);
    tell(done.fault || '');
    if (done.fault && !line.value) line.value = text;
    else typed.push(text);
  });

  own(document);
  posts.scrollTop = posts.scrollHeight;
})();
