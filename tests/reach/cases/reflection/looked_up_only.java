// shows: a look-up alone is a weak sign where it stands; the call is the read
// manifest: {launcher: Main}
// hit:
//   - imei before_consent = launcher Main.onCreate
//   - imei before_consent = launcher Main.onCreate > Main.find
// miss: [imei before_consent = launcher Main.onCreate > Main.find]

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      find().invoke(phone);                                     // hit
      find().getName();                                         // miss
    } catch (Exception error) { }
  }
  static Method find() throws Exception { return TelephonyManager.class.getMethod("getImei"); }
}
