package teamstest

import (
	"context"
	"fmt"
)

// Install puts the app into a team, by a person, and tells the bot: an installationUpdate
// and a conversationUpdate, as Teams sends both. It returns the answer to the last.
func (s *Server) Install(ctx context.Context, id TeamID, by UserID) (Answer, error) {
	s.ChangeTeam(id, func(t *Team) { t.Installed = true })
	return s.tellInstalled(ctx, id, by, "add")
}

// Uninstall takes the app out of a team.
func (s *Server) Uninstall(ctx context.Context, id TeamID, by UserID) (Answer, error) {
	s.ChangeTeam(id, func(t *Team) { t.Installed = false })
	return s.tellInstalled(ctx, id, by, "remove")
}

func (s *Server) tellInstalled(ctx context.Context, id TeamID, by UserID, action string) (Answer, error) {
	a, err := s.Event(ctx, ChannelID(id), by, func(a map[string]any) { a["type"], a["action"] = "installationUpdate", action })
	if err != nil || a.Status != 200 {
		return a, err
	}
	return s.Event(ctx, ChannelID(id), by, func(a map[string]any) {
		members := []object{a["recipient"].(object)}
		if data, _ := a["channelData"].(object); action == "add" {
			a["membersAdded"], data["eventType"] = members, "teamMemberAdded"
		} else {
			a["membersRemoved"], data["eventType"] = members, "teamMemberRemoved"
		}
	})
}

// ChannelEvent tells the bot what became of a channel: "channelRestored", "channelRenamed".
func (s *Server) ChannelEvent(ctx context.Context, id ChannelID, by UserID, event string) (Answer, error) {
	return s.Event(ctx, id, by, func(a map[string]any) {
		data, _ := a["channelData"].(object)
		data["eventType"] = event
		if team, ok := data["team"].(object); ok { // such events are of the team's conversation
			a["conversation"].(object)["id"] = team["id"]
		}
	})
}

// Event sends a conversationUpdate of a channel, as change says.
func (s *Server) Event(ctx context.Context, id ChannelID, by UserID, change func(a map[string]any)) (Answer, error) {
	s.mu.Lock()
	ch := s.channels[id]
	if ch == nil {
		s.mu.Unlock()
		return Answer{}, fmt.Errorf("fake Teams: no channel %s", id)
	}
	a := s.activity("conversationUpdate", ch, by, Forgery{})
	r, err := s.sealed(ch.tenant, a, Forgery{Change: change})
	s.mu.Unlock()
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}
