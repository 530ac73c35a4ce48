// shows: an SDK's code in its vendor's own app is the app
// manifest:
//   hit: {package: com.iflytek.learn, launcher: com.iflytek.learn.Main}
//   miss: {package: com.school.learn, launcher: com.school.learn.Main}
// hit: [serial before_consent = launcher com.iflytek.learn.Main.onCreate > com.iflytek.cloud.Speech.init]
// miss:
//   - serial before_consent by sdk:iflytek-msc = launcher com.school.learn.Main.onCreate > com.iflytek.cloud.Speech.init

package com.iflytek.learn;                                      // hit
package com.school.learn;                                       // miss
public class Main extends Activity { protected void onCreate(Bundle state) { com.iflytek.cloud.Speech.init(); } }
package com.iflytek.cloud;
public class Speech { public static void init() { String id = SERIAL; } }
