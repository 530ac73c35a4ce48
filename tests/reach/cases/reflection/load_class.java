// shows: a class that a class loader is asked for
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      Class<?> type = getClassLoader().loadClass("android.telephony.TelephonyManager"); // hit
      Class<?> type = getClassLoader().loadClass("cn.example.Fake"); // miss
      type.getMethod("getImei").invoke(phone);
    } catch (Exception error) { }
  }
}
class Fake { public String getImei() { return ""; } }
