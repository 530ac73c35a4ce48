// shows: the code lies in another namespace than the package: the launcher shows which is the app's
// manifest:
//   package: com.brand.store
//   launcher: org.school.client.Start
// hit: [serial before_consent = launcher org.school.client.Start.onCreate > org.school.tools.Reader.read]
// miss:
//   - serial before_consent by lib:org.other = launcher org.school.client.Start.onCreate > org.other.tools.Reader.read

package org.school.client;
import org.school.tools.Reader;                                 // hit
import org.other.tools.Reader;                                  // miss
public class Start extends Activity { protected void onCreate(Bundle state) { Reader.read(); } }
package org.school.tools;                                       // hit
package org.other.tools;                                        // miss
public class Reader { public static void read() { String id = SERIAL; } }
