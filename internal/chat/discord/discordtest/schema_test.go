package discordtest

import "testing"

func TestRequestsAreCheckedByDiscordsOwnDescription(t *testing.T) {
	for _, tc := range []struct {
		route, body string
		sound       bool
	}{
		{"message.create", `{"content": "x", "allowed_mentions": {"parse": []}, "nonce": "1", "enforce_nonce": true}`, true},
		{"message.create", `{"content": 7}`, false},
		{"message.create", `{"embeds": [{"title": "x", "color": "red"}]}`, false},
		{"message.edit", `{"content": "x", "embeds": [{"description": "x"}]}`, true},
		{"message.edit", `{"components": [{"type": 1, "components": [{"type": 2, "style": 1}]}]}`, true},
		{"message.edit", `{"components": [{"type": 1, "components": [{"type": 2, "style": "blue"}]}]}`, false},
		{"commands.put", `[{"name": "incident", "description": "x", "type": 1}]`, true},
		{"commands.put", `[{"description": "x"}]`, false},
		{"callback", `{"type": 4, "data": {"content": "x", "flags": 64}}`, true},
		{"callback", `{"type": 4, "data": {"content": ["x"]}}`, false},
		{"callback", `{"type": 99}`, false},
	} {
		if err := CheckRequest(tc.route, []byte(tc.body)); (err == nil) != tc.sound {
			t.Errorf("%s %s: %v", tc.route, tc.body, err)
		}
	}
}
