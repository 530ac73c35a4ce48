// shows: a helper that calls what it is told
// manifest: {launcher: Main}
// hit: [imei before_consent = launcher Main.onCreate > Main.call]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      call(phone, "android.telephony.TelephonyManager", "getImei"); // hit
      call(phone, "android.telephony.TelephonyManager", "getPhoneType"); // miss
    } catch (Exception error) { }
  }
  static Object call(Object on, String type, String name) throws Exception {
    return Class.forName(type).getMethod(name).invoke(on);
  }
}
