package gateway_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// Whatever Discord says, nothing breaks, nothing runs on, and few sessions are begun.
func FuzzPayload(f *testing.F) {
	for _, text := range []string{
		`{"op":0,"t":"INTERACTION_CREATE","s":9,"d":{"id":"1"}}`, `{"op":0,"t":"GUILD_CREATE","s":2,"d":{"id":"1","channels":[{"id":"2"}]}}`,
		`{"op":0,"t":"READY","s":1,"d":{"session_id":"x","resume_gateway_url":"ws://resume.discord.test/resume","application":{"id":"1100000000000000001"}}}`,
		`{"op":0,"t":"READY","d":{"session_id":"x","resume_gateway_url":"wss://%zz","application":{"id":"1100000000000000001"}}}`,
		`{"op":0,"t":"RESUMED","s":-1}`, `{"op":1}`, `{"op":7}`, `{"op":9,"d":true}`, `{"op":9}`, `{"op":10,"d":{"heartbeat_interval":1}}`, `{"op":11}`, `[]`, `null`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.start()
			w.awaitOpen()
			w.fake.Say(text)
			time.Sleep(time.Minute)
			w.fake.Cut()
			time.Sleep(time.Minute)
			if n := w.fake.Stats().Identifies; n > 4 {
				t.Errorf("%d sessions were begun", n)
			}
			w.end()
		})
	})
}
