// shows: a class name that is computed is said not to be known
// manifest: {launcher: Main}
// hit: []
// miss: [imei before_consent = launcher Main.onCreate]
// coverage: {hit: [reflection], miss: []}

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      StringBuilder out = new StringBuilder();                  // hit
      for (char one : getTitle().toString().toCharArray()) out.append((char) (one ^ 3)); // hit
      String name = out.toString();                             // hit
      String name = "android.telephony.TelephonyManager";       // miss
      Class.forName(name).getMethod(getTitle().toString()).invoke(phone); // hit
      Class.forName(name).getMethod("getImei").invoke(phone);   // miss
    } catch (Exception error) { }
  }
}
