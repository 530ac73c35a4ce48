// shows: a hidden method that is made accessible
// manifest: {launcher: Main}
// hit: [imsi before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      Method method = TelephonyManager.class.getDeclaredMethod("getSubscriberId"); // hit
      Method method = TelephonyManager.class.getDeclaredMethod("getSimCount"); // miss
      method.setAccessible(true);
      method.invoke(phone);
    } catch (Exception error) { }
  }
}
