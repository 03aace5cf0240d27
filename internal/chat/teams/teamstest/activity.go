package teamstest

import (
	"fmt"
	"time"
)

// activity makes what all activities of a conversation have (Bot Framework, "Activity
// schema"). The caller holds s.mu.
func (s *Server) activity(kind string, ch *channel, who UserID, f Forgery) object {
	t := ch.tenant
	conversation := object{"id": ch.ID, "tenantId": or(f.Tenant, t.ID), "conversationType": ch.Kind, "isGroup": ch.Kind != Personal}
	data := object{"tenant": object{"id": or(f.Tenant, t.ID)}}
	if ch.team != nil {
		data["team"] = object{"id": ch.team.ID, "aadGroupId": ch.team.Group, "name": ch.team.Name}
		data["channel"] = object{"id": ch.ID, "name": ch.Name}
		data["teamsTeamId"], data["teamsChannelId"] = ch.team.ID, ch.ID
	}
	a := object{
		"type": kind, "id": fmt.Sprintf("f:%08d", s.next()), "timestamp": s.now().UTC().Format(time.RFC3339Nano), "channelId": or(f.Channel, "msteams"),
		"serviceUrl": or(f.ServiceURL, s.serviceURL()), "from": s.account(who), "recipient": object{"id": t.Bot(), "name": "Belltower"},
		"conversation": conversation, "channelData": data, "locale": "en-US", "entities": []object{},
	}
	if u := s.users[who]; u != nil && u.Zone != "" {
		a["localTimezone"] = u.Zone
		a["entities"] = []object{{"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Web", "timezone": u.Zone}}
	}
	return a
}

func (s *Server) account(who UserID) object {
	u := s.users[who]
	if u == nil {
		return object{"id": who}
	}
	return object{"id": u.ID, "name": u.Name, "aadObjectId": u.Object}
}

// inThread makes an activity one of a thread.
func inThread(a object, ch *channel, root MessageID) {
	if ch.team == nil {
		return
	}
	conversation, _ := a["conversation"].(object)
	conversation["id"] = fmt.Sprintf("%s;messageid=%s", ch.ID, root)
}
