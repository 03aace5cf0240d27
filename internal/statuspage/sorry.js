(() => {
  const back = document.getElementById("back"), looks = document.getElementById("looks");
  if (!back || !looks) return;
  looks.hidden = false;
  let version = document.querySelector("main").dataset.version;
  const news = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href, {headers: {Accept: "text/html"}, cache: "no-store"})).text(), "text/html");
    const was = document.querySelectorAll(".live"), is = page.querySelectorAll(".live");
    if (was.length === is.length) was.forEach((one, k) => one.replaceChildren(...is[k].childNodes));
  };
  const look = async () => {
    setTimeout(look, 40000 + Math.random() * 40000);
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, {method: "HEAD", headers: {Accept: "text/html"}, cache: "no-store", redirect: "manual"});
      const now = answer.headers.get("Belltower-Sorry-Version");
      const says = answer.status < 500 && !answer.headers.has("Belltower-Sorry") ? back.dataset.says : "";
      if (back.textContent !== says) back.textContent = says; // who listens hears it once
      if (version && now && now !== version) await news();
      version = now || version;
    } catch {
      // without a network there is no news
    }
  };
  setTimeout(look, 20000 + Math.random() * 20000);
})();
