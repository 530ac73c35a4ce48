// shows: a class that is written out
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      TelephonyManager.class.getMethod("getImei").invoke(phone); // hit
      TelephonyManager.class.getMethod("getPhoneType").invoke(phone); // miss
    } catch (Exception error) { }
  }
}
