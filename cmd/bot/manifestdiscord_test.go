package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/native"
)

// begun is the configuration of who begins with Discord.
func begun(publicURL, table string) string {
	return fmt.Sprintf("[organization]\nname = \"North\"\ntimezone = \"America/Chicago\"\npublic_url = %q\n%s", publicURL, table)
}

const firstDiscord = `[[discord]]
name = "lowell"
application_id = "990000000000000001"
`

// Before there is a bot token, the name and the application's id are enough.
func TestTheManifestOfDiscord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, more := range map[string]string{"gateway": "", "http": "gateway = false"} {
		w.write(begun("https://status.example.edu", firstDiscord+more))
		stdout, stderr, status := w.bot("manifest", "discord")
		if status != 0 {
			t.Fatalf("%s: status %d: %s", name, status, stderr)
		}
		golden(t, "manifest/discord "+name+".txt", stderr)
		invite, list, _ := strings.Cut(stdout, "\n")
		var told []native.Command
		if err := json.Unmarshal([]byte(list), &told); err != nil || len(told) != len(native.Commands()) || invite != discord.Invite("990000000000000001") {
			t.Errorf("%v: %d commands, %s", err, len(told), invite)
		}
	}
}

func TestAManifestOfDiscordThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ url, table, args, want string }{
		{"https://bot.example.edu", "", "", "has no [[discord]]"},
		{"https://bot.example.edu", "[[discord]]\nname = \"lowell\"", "", "has no application_id"},
		{"https://bot.example.edu", firstDiscord + "[[discord]]\nname = \"boston\"", "", "--connection lowell"},
		{"https://bot.example.edu", firstDiscord, "--connection=boston", "there are lowell"},
		{"http://bot.example.edu", firstDiscord + "gateway = false", "", "https://"},
	} {
		w.write(begun(c.url, c.table))
		stdout, stderr, status := w.bot(strings.Fields("manifest discord " + c.args)...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: status %d: %s%s", c.table, status, stdout, stderr)
		}
	}
}
