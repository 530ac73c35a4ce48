// shows: a notification listener is bound by the system once the user has turned it on
// manifest:
//   launcher: Main
//   hit: {services: [{name: Bell, exported: true, permission: android.permission.BIND_NOTIFICATION_LISTENER_SERVICE, actions: [android.service.notification.NotificationListenerService]}]}
// hit: [serial reachable = service Bell.onListenerConnected]
// miss: [serial present = Bell.onListenerConnected]

import android.service.notification.NotificationListenerService;
class Main extends Activity { }
class Bell extends NotificationListenerService {
  public void onListenerConnected() { String id = SERIAL; }
}
