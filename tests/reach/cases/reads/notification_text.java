// shows: other apps' notifications
// manifest:
//   launcher: Main
//   services: [{name: Bell, exported: true, permission: android.permission.BIND_NOTIFICATION_LISTENER_SERVICE, actions: [android.service.notification.NotificationListenerService]}]
// hit:
//   - notifications@NotificationListenerService.onNotificationPosted reachable = service Bell.onNotificationPosted
//   - notifications@StatusBarNotification.getNotification reachable = service Bell.onNotificationPosted
// miss: []

import android.service.notification.*;
class Main extends Activity { }
class Bell extends NotificationListenerService {
  public void onNotificationPosted(StatusBarNotification one) { one.getNotification(); } // hit
  public void onListenerConnected() { cancelAllNotifications(); } // miss
}
