// shows: names that a helper puts together
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      Class<?> type = Class.forName(path("TelephonyManager"));  // hit
      Class<?> type = Class.forName(path("SmsManager"));        // miss
      type.getMethod("getImei").invoke(phone);
    } catch (Exception error) { }
  }
  static String path(String name) { return "android.telephony." + name; }
}
