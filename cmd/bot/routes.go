package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/umassonline/belltower/internal/statuspage"
)

// public has every URL of the public listener.
func (b *bot) public() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", b.pages.Home())
	mux.Handle("/incidents/{id}", b.pages.Incident())
	mux.Handle("/windows/{id}", b.pages.Window())
	mux.Handle("/services/{id}", b.pages.Service())
	mux.Handle("/history", b.pages.History())
	mux.Handle("/history/{month}", b.pages.History())
	mux.Handle("/windows.ics", b.pages.Calendar())
	mux.Handle("/services/{id}/windows.ics", b.pages.Calendar())
	mux.Handle("/api/v2/", b.pages.API())
	mux.Handle("/badge/{file}", b.pages.Badge())
	mux.Handle("/feed.atom", b.pages.Feed(statuspage.Atom))
	mux.Handle("/feed.rss", b.pages.Feed(statuspage.RSS))
	mux.Handle("/feed.json", b.pages.Feed(statuspage.JSON))
	mux.Handle("/services/{id}/feed.atom", b.pages.Feed(statuspage.Atom))
	mux.Handle("/services/{id}/feed.rss", b.pages.Feed(statuspage.RSS))
	mux.Handle("/services/{id}/feed.json", b.pages.Feed(statuspage.JSON))
	mux.Handle("/sources/", b.newIntake())
	mux.Handle("/gate/{service}", b.pages.Gate())
	mux.Handle("/", b.pages.Missing())
	var entrance lobby
	for _, l := range b.links {
		if l.doors == nil {
			continue
		}
		for pattern, door := range l.doors() {
			mux.Handle(pattern, entrance.door(door))
		}
	}
	return b.pages.Sorry(mux) // /sorry/{service} and below; whole hosts, where configured
}

// admin has every URL of the admin listener.
func (b *bot) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", b.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(b.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

// readyWithin is how long the store may take for the write that proves it.
const readyWithin = 2 * time.Second

// ready answers 200 when the store takes what a command writes, 503 with the reason
// when not. A connection that is not heard is named; a restart would not help.
func (b *bot) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := b.journal.Ready(ctx, b.out.now()); err != nil {
		say(w, http.StatusServiceUnavailable, "the store takes no writes: "+err.Error())
		return
	}
	text := "ready"
	for _, one := range b.ears {
		if one.Open() == 0 {
			text += fmt.Sprintf("\nconnection %s: no connection to the chat platform is open, so nothing is heard; the log says why", one.Name())
		}
	}
	say(w, http.StatusOK, text)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // who asked and left does not need it
}

// closeWithin is how long a listener that stops waits for requests that run.
const closeWithin = 4 * time.Second

// httpPart serves a listener. A command may be answered late, so writing has more
// time than reading.
func httpPart(name string, l net.Listener, h http.Handler) part {
	return part{name, func(ctx context.Context) error {
		srv := &http.Server{
			Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
			WriteTimeout: 40 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
		defer cancel()
		err := srv.Shutdown(within)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		<-served
		return err
	}}
}
